/*
 * Preloaded into the server: a file system with only so much room, without being root.
 *
 * FULL_FOLDER is the folder whose files take room, FULL_ROOM a file of 8 bytes: the number of bytes that are left, as a signed 64-bit
 * integer, shared with whoever runs the test. A file that grows takes from it, one that shrinks gives back; what lies within a file is
 * overwritten for nothing. With FULL_LIES a write that has no room is said to have happened. A write for which there is only some room is cut short, as a file system does; the next one gets ENOSPC.
 *
 * Linux on 64 bits only: it calls the kernel itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

/* Null where the room is not limited: the shim is inherited by processes that the test does not mean. */
static volatile int64_t *room(void) {
  static volatile int64_t *shared;
  if (shared) return shared;
  const char *path = getenv("FULL_ROOM");
  int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return NULL;
  void *mapped = mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapped != MAP_FAILED) shared = mapped;
  return shared;
}

static int is_ours(int file) {
  static const char *folder;
  char link[40], path[4096];
  if (!folder) folder = getenv("FULL_FOLDER");
  if (!folder || !room()) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path);
  size_t folder_length = strlen(folder);
  return length > 0 && (size_t)length > folder_length && memcmp(path, folder, folder_length) == 0;
}

static off_t size_of(int file) {
  struct stat status;
  return fstat(file, &status) == 0 ? status.st_size : 0;
}

/* Takes as much of `wanted` as there is, at least `least`; -1 when there is not even that. */
static int64_t take(int64_t wanted, int64_t least) {
  int64_t left = *room();
  int64_t taken = wanted < left ? wanted : left;
  if (taken < least || taken < 0) return -1;
  *room() = left - taken;
  return taken;
}

static ssize_t roomy_write(int file, const void *bytes, size_t length, off_t offset) {
  if (!is_ours(file)) return syscall(SYS_pwrite64, file, bytes, length, offset);
  pthread_mutex_lock(&turn);
  off_t size = size_of(file);
  int64_t growth = offset + (off_t)length > size ? offset + (off_t)length - size : 0;
  int64_t gap = offset > size ? offset - size : 0;
  int64_t taken = growth > 0 ? take(growth, gap + 1) : 0;
  /* A write that begins within the file goes on to its end. */
  if (taken < 0 && offset < size) taken = 0;
  ssize_t result = -1;
  int error = ENOSPC;
  if (taken >= 0) {
    result = syscall(SYS_pwrite64, file, bytes, length - (size_t)(growth - taken), offset);
    error = errno;
  }
  if (taken < 0 && getenv("FULL_LIES")) result = (ssize_t)length;
  pthread_mutex_unlock(&turn);
  errno = error;
  return result;
}

static int roomy_truncate(int file, off_t size) {
  if (!is_ours(file)) return (int)syscall(SYS_ftruncate, file, size);
  pthread_mutex_lock(&turn);
  off_t before = size_of(file);
  int result = -1, error = ENOSPC;
  if (size <= before || take(size - before, size - before) >= 0) {
    result = (int)syscall(SYS_ftruncate, file, size);
    error = errno;
    if (result == 0 && size < before) *room() += before - size;
  }
  pthread_mutex_unlock(&turn);
  errno = error;
  return result;
}

static int roomy_allocate(int file, int mode, off_t offset, off_t length) {
  off_t before = size_of(file);
  int64_t growth = offset + length > before ? offset + length - before : 0;
  if (is_ours(file) && growth > 0 && take(growth, growth) < 0) {
    errno = ENOSPC;
    return -1;
  }
  return (int)syscall(SYS_fallocate, file, mode, offset, length);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) { return roomy_write(file, bytes, length, offset); }
ssize_t pwrite64(int file, const void *bytes, size_t length, off_t offset) { return roomy_write(file, bytes, length, offset); }
int ftruncate(int file, off_t size) { return roomy_truncate(file, size); }
int ftruncate64(int file, off_t size) { return roomy_truncate(file, size); }
int fallocate(int file, int mode, off_t offset, off_t length) { return roomy_allocate(file, mode, offset, length); }
int posix_fallocate(int file, off_t offset, off_t length) { return roomy_allocate(file, 0, offset, length) == 0 ? 0 : errno; }
