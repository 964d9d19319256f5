#include "CSystemShims.h"
#include "symbol_versions.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <time.h>

struct vdbshim_mutex {
  pthread_mutex_t mutex;
};
struct vdbshim_condition {
  pthread_cond_t condition;
};
/* Held by the thread that runs and by whoever started it; the last of the two frees it. */
struct vdbshim_thread {
  pthread_t thread;
  int holders;
  char name[16];
  void (*body)(void *);
  void *user;
};

static void *allocate(size_t size) {
  void *memory = calloc(1, size);
  if (!memory)
    abort(); /* a few dozen bytes: nothing can be said or saved without them */
  return memory;
}

vdbshim_mutex *vdbshim_mutex_new(void) {
  vdbshim_mutex *m = allocate(sizeof *m);
  pthread_mutex_init(&m->mutex, NULL);
  return m;
}
void vdbshim_mutex_free(vdbshim_mutex *m) {
  pthread_mutex_destroy(&m->mutex);
  free(m);
}
void vdbshim_mutex_lock(vdbshim_mutex *m) { pthread_mutex_lock(&m->mutex); }
void vdbshim_mutex_unlock(vdbshim_mutex *m) { pthread_mutex_unlock(&m->mutex); }

vdbshim_condition *vdbshim_condition_new(void) {
  vdbshim_condition *c = allocate(sizeof *c);
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&c->condition, &attributes);
  pthread_condattr_destroy(&attributes);
  return c;
}
void vdbshim_condition_free(vdbshim_condition *c) {
  pthread_cond_destroy(&c->condition);
  free(c);
}
void vdbshim_condition_broadcast(vdbshim_condition *c) { pthread_cond_broadcast(&c->condition); }
int vdbshim_condition_wait(vdbshim_condition *c, vdbshim_mutex *m, int64_t deadline_ms) {
  if (deadline_ms < 0)
    return pthread_cond_wait(&c->condition, &m->mutex), 0;
  struct timespec at = {(time_t)(deadline_ms / 1000), (long)(deadline_ms % 1000) * 1000000};
  return pthread_cond_timedwait(&c->condition, &m->mutex, &at) == ETIMEDOUT;
}

static void let_go(vdbshim_thread *t) {
  if (__atomic_sub_fetch(&t->holders, 1, __ATOMIC_ACQ_REL) == 0)
    free(t);
}

static void *run(void *argument) {
  vdbshim_thread *t = argument;
  prctl(PR_SET_NAME, t->name);
  t->body(t->user);
  let_go(t);
  return NULL;
}

vdbshim_thread *vdbshim_thread_start(const char *name, void (*body)(void *), void *user) {
  vdbshim_thread *t = allocate(sizeof *t);
  strncpy(t->name, name, sizeof t->name - 1);
  t->holders = 2;
  t->body = body;
  t->user = user;
  /* A new thread inherits the mask; signals are the application's business, on its own threads. */
  sigset_t all, previous;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &previous);
  int failed = pthread_create(&t->thread, NULL, run, t);
  sigprocmask(SIG_SETMASK, &previous, NULL);
  if (failed) {
    free(t);
    return NULL;
  }
  return t;
}
int vdbshim_thread_is_current(const vdbshim_thread *t) { return pthread_equal(pthread_self(), t->thread); }
uintptr_t vdbshim_thread_self(void) { return (uintptr_t)pthread_self(); }
void vdbshim_thread_join(vdbshim_thread *t) {
  pthread_join(t->thread, NULL);
  let_go(t);
}
void vdbshim_thread_detach(vdbshim_thread *t) {
  pthread_detach(t->thread);
  let_go(t);
}

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static uint32_t fork_epoch;

static void before_fork(void) { pthread_mutex_lock(&table_lock); }
static void after_fork_in_parent(void) { pthread_mutex_unlock(&table_lock); }
static void after_fork_in_child(void) {
  pthread_mutex_init(&table_lock, NULL);
  __atomic_add_fetch(&fork_epoch, 1, __ATOMIC_RELEASE);
}
static void watch_forks(void) { pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child); }

void vdbshim_table_lock(void) {
  pthread_once(&fork_once, watch_forks);
  pthread_mutex_lock(&table_lock);
}
void vdbshim_table_unlock(void) { pthread_mutex_unlock(&table_lock); }
uint32_t vdbshim_fork_epoch(void) { return __atomic_load_n(&fork_epoch, __ATOMIC_ACQUIRE); }
