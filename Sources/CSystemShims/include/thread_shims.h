/* Threads, locks and conditions, bound to symbol versions that old C libraries have. */
#ifndef VDBSHIM_THREAD_H
#define VDBSHIM_THREAD_H

#include <stdint.h>

typedef struct vdbshim_mutex vdbshim_mutex;
typedef struct vdbshim_condition vdbshim_condition;
typedef struct vdbshim_thread vdbshim_thread;

vdbshim_mutex *vdbshim_mutex_new(void);
void vdbshim_mutex_free(vdbshim_mutex *mutex);
void vdbshim_mutex_lock(vdbshim_mutex *mutex);
void vdbshim_mutex_unlock(vdbshim_mutex *mutex);

vdbshim_condition *vdbshim_condition_new(void);
void vdbshim_condition_free(vdbshim_condition *condition);
void vdbshim_condition_broadcast(vdbshim_condition *condition);
/* deadline_ms: absolute CLOCK_MONOTONIC milliseconds; negative: no limit. Returns 0 when woken, 1 at the deadline. */
int vdbshim_condition_wait(vdbshim_condition *condition, vdbshim_mutex *mutex, int64_t deadline_ms);

/* A thread that blocks every signal and is called `name` (15 characters at most). NULL when the system has none to give. */
vdbshim_thread *vdbshim_thread_start(const char *name, void (*body)(void *), void *user);
int vdbshim_thread_is_current(const vdbshim_thread *thread);
/* A number of the calling thread, unique among those that live. */
uintptr_t vdbshim_thread_self(void);
/* Exactly one of these frees the thread. */
void vdbshim_thread_join(vdbshim_thread *thread);
void vdbshim_thread_detach(vdbshim_thread *thread);

/* The one lock of the handle table. It is taken around fork(), and the child starts with it free and the epoch raised. */
void vdbshim_table_lock(void);
void vdbshim_table_unlock(void);
/* How often this process has been forked from one that had this library loaded. */
uint32_t vdbshim_fork_epoch(void);

#endif
