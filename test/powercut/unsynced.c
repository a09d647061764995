/*
 * Preloaded into the server: keeps a log from which the disk can be put back to any state that a power cut could have left.
 *
 * Before each write to a database file it appends what the write is about to destroy; after each fsync it appends a mark. What stands
 * before its file's last mark is on the disk for good, the rest is not. UNSYNCED_FOLDER is the data folder, UNSYNCED_LOG the log.
 * UNSYNCED_SLOWNESS is what every fsync takes, in microseconds. With UNSYNCED_LIES no fsync leaves a mark: a disk that never keeps.
 *
 * A record is a header, the path and the old bytes; undo-log.ts reads it. Linux on 64 bits only: it calls the kernel itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2 };

/* Checkpoints are rare and short: so many times slower, some cuts fall into one. */
enum { CHECKPOINT_SLOWNESS = 20 };

struct header {
  uint32_t kind;
  uint32_t path_length;
  uint64_t offset;
  uint64_t length;
  uint64_t old_size;
  uint64_t old_length;
};

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;

/* Whoever cannot keep the log must not go on: the run would prove nothing. */
static void give_up(const char *why) {
  syscall(SYS_write, 2, why, strlen(why));
  _exit(99);
}

static int ends_with(const char *text, size_t length, const char *end) {
  size_t end_length = strlen(end);
  return length >= end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

/* The length of the path, or 0 for a file that is none of ours. */
static size_t path_of(int file, char *path, size_t room) {
  static const char *folder;
  static char digits[] = "0123456789";
  char link[32] = "/proc/self/fd/";
  char reversed[12];
  size_t count = 0, end = strlen(link);
  if (!folder) folder = getenv("UNSYNCED_FOLDER");
  if (!folder || file < 0) return 0;
  do reversed[count++] = digits[file % 10]; while ((file /= 10) > 0);
  while (count > 0) link[end++] = reversed[--count];
  link[end] = 0;
  ssize_t length = readlink(link, path, room);
  size_t folder_length = strlen(folder);
  if (length <= 0 || (size_t)length <= folder_length || memcmp(path, folder, folder_length) != 0) return 0;
  int is_ours = ends_with(path, length, ".db") || ends_with(path, length, ".db-wal") || ends_with(path, length, ".db-journal");
  return is_ours ? (size_t)length : 0;
}

static void append(struct header *header, const char *path, const void *old) {
  if (log_file < 0) log_file = open(getenv("UNSYNCED_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log_file < 0) give_up("unsynced: the log cannot be opened\n");
  struct iovec parts[3] = {
      {header, sizeof *header}, {(void *)path, header->path_length}, {(void *)old, (size_t)header->old_length}};
  ssize_t all = (ssize_t)(sizeof *header + header->path_length + header->old_length);
  if (syscall(SYS_writev, log_file, parts, 3) != all) give_up("unsynced: the log cannot be written\n");
}

/* Keeps what `length` bytes at `offset` hold now, and how long the file is. */
static void keep(int file, const char *path, size_t path_length, off_t offset, size_t length) {
  struct stat status;
  if (fstat(file, &status) != 0) give_up("unsynced: a size cannot be read\n");
  struct header header = {WRITE, (uint32_t)path_length, (uint64_t)offset, length, (uint64_t)status.st_size, 0};
  char *old = NULL;
  if (offset < status.st_size && length > 0) {
    size_t there = (size_t)(status.st_size - offset);
    header.old_length = there < length ? there : length;
    old = malloc(header.old_length);
    if (!old || syscall(SYS_pread64, file, old, header.old_length, offset) != (long)header.old_length)
      give_up("unsynced: old bytes cannot be read\n");
  }
  append(&header, path, old);
  free(old);
}

static ssize_t kept_write(int file, const void *bytes, size_t length, off_t offset) {
  char path[4096];
  size_t path_length = path_of(file, path, sizeof path);
  if (path_length == 0) return syscall(SYS_pwrite64, file, bytes, length, offset);
  pthread_mutex_lock(&turn);
  keep(file, path, path_length, offset, length);
  ssize_t result = syscall(SYS_pwrite64, file, bytes, length, offset);
  int error = errno;
  pthread_mutex_unlock(&turn);
  errno = error;
  return result;
}

static int kept_truncate(int file, off_t size) {
  char path[4096];
  struct stat status;
  size_t path_length = path_of(file, path, sizeof path);
  if (path_length == 0) return (int)syscall(SYS_ftruncate, file, size);
  pthread_mutex_lock(&turn);
  size_t lost = fstat(file, &status) == 0 && status.st_size > size ? (size_t)(status.st_size - size) : 0;
  keep(file, path, path_length, size, lost);
  int result = (int)syscall(SYS_ftruncate, file, size);
  int error = errno;
  pthread_mutex_unlock(&turn);
  errno = error;
  return result;
}

static int kept_sync(int file, long call) {
  char path[4096];
  size_t path_length = path_of(file, path, sizeof path);
  if (path_length == 0) return (int)syscall(call, file);
  pthread_mutex_lock(&turn);
  const char *slowness = getenv("UNSYNCED_SLOWNESS");
  int times = ends_with(path, path_length, ".db") ? CHECKPOINT_SLOWNESS : 1;
  if (slowness) usleep((useconds_t)(atoi(slowness) * times));
  int result = (int)syscall(call, file);
  int error = errno;
  struct header header = {SYNC, (uint32_t)path_length, 0, 0, 0, 0};
  if (result == 0 && !getenv("UNSYNCED_LIES")) append(&header, path, NULL);
  pthread_mutex_unlock(&turn);
  errno = error;
  return result;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) { return kept_write(file, bytes, length, offset); }
ssize_t pwrite64(int file, const void *bytes, size_t length, off_t offset) { return kept_write(file, bytes, length, offset); }
int ftruncate(int file, off_t size) { return kept_truncate(file, size); }
int ftruncate64(int file, off_t size) { return kept_truncate(file, size); }
int fsync(int file) { return kept_sync(file, SYS_fsync); }
int fdatasync(int file) { return kept_sync(file, SYS_fdatasync); }
