#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CSystemShims.h"

int vdbshim_state_open(const char *path, int64_t size) {
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return -1;
  int failure = 0;
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return errno == EWOULDBLOCK ? VDBSHIM_STATE_BUSY : -1;
  }
  /* Room now, so that a full disk is told here and not in the middle. (Not fstat: the one of this libc binds GLIBC_2.33.) */
  if (lseek(fd, 0, SEEK_END) < size)
    failure = posix_fallocate(fd, 0, size);
  if (failure) {
    close(fd);
    errno = failure;
    return -1;
  }
  return fd;
}

int vdbshim_state_read(int fd, void *out, size_t length, int64_t offset) {
  for (size_t done = 0; done < length;) {
    ssize_t count = pread(fd, (char *)out + done, length - done, offset + (int64_t)done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return -1;
    done += (size_t)count;
  }
  return 0;
}

int vdbshim_state_write(int fd, const void *bytes, size_t length, int64_t offset) {
  for (size_t done = 0; done < length;) {
    ssize_t count = pwrite(fd, (const char *)bytes + done, length - done, offset + (int64_t)done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return -1;
    done += (size_t)count;
  }
  return 0;
}

void *vdbshim_state_map(int fd, size_t size) {
  void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return map == MAP_FAILED ? NULL : map;
}

void vdbshim_state_unmap(void *map, size_t size) { munmap(map, size); }

int vdbshim_state_is_whole(int fd, size_t size) { return lseek(fd, 0, SEEK_END) >= (off_t)size; }

int vdbshim_state_flush(int fd) { return fdatasync(fd); }

void vdbshim_state_unlock(int fd) { flock(fd, LOCK_UN); }
