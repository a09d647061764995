/*
 * Preloaded into the server: keeps a log from which the disk can be put back to any state that a power cut could have left.
 *
 * Before each write to a database file it appends what the write is about to destroy; after each fsync it appends a mark. What stands
 * before its file's last mark is on the disk for good, the rest is not. Names are kept alike: a file that was made, renamed, linked or
 * removed is so for good once its folder was synced. UNSYNCED_FOLDER is the data folder, UNSYNCED_LOG the log.
 * UNSYNCED_SLOWNESS is what every fsync takes, in microseconds. With UNSYNCED_LIES no fsync leaves a mark: a disk that never keeps.
 *
 * A record is a header, the path and the old bytes (of a rename the old path, of a removal the whole file); undo-log.ts reads it. Linux on 64 bits only: it calls the kernel itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2, MADE = 3, RENAMED = 4, REMOVED = 5, FOLDER_SYNC = 6 };

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

static const char *folder_path(void) {
  static const char *folder;
  if (!folder) folder = getenv("UNSYNCED_FOLDER");
  return folder;
}

/* Where a file is; 0 when that cannot be said. */
static size_t any_path_of(int file, char *path, size_t room) {
  static char digits[] = "0123456789";
  char link[32] = "/proc/self/fd/";
  char reversed[12];
  size_t count = 0, end = strlen(link);
  if (!folder_path() || file < 0) return 0;
  do reversed[count++] = digits[file % 10]; while ((file /= 10) > 0);
  while (count > 0) link[end++] = reversed[--count];
  link[end] = 0;
  ssize_t length = readlink(link, path, room);
  return length > 0 ? (size_t)length : 0;
}

static int is_in_folder(const char *path, size_t length) {
  const char *folder = folder_path();
  size_t folder_length = folder ? strlen(folder) : 0;
  return folder && length > folder_length + 1 && memcmp(path, folder, folder_length) == 0 && path[folder_length] == '/';
}

/* The length of the path, or 0 for a file whose writes are none of ours. */
static size_t path_of(int file, char *path, size_t room) {
  size_t length = any_path_of(file, path, room);
  if (!is_in_folder(path, length)) return 0;
  int is_ours = ends_with(path, length, ".db") || ends_with(path, length, ".db-wal") || ends_with(path, length, ".db-journal") ||
                ends_with(path, length, ".unfinished") || ends_with(path, length, ".unfinished-journal");
  return is_ours ? length : 0;
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

/* A name is on the disk once its folder is. */
static int kept_folder_sync(int file, long call) {
  char path[4096];
  size_t length = any_path_of(file, path, sizeof path);
  int is_ours = length > 0 && folder_path() && length == strlen(folder_path()) && memcmp(path, folder_path(), length) == 0;
  pthread_mutex_lock(&turn);
  int result = (int)syscall(call, file);
  int error = errno;
  struct header header = {FOLDER_SYNC, (uint32_t)length, 0, 0, 0, 0};
  if (is_ours && result == 0 && !getenv("UNSYNCED_LIES")) append(&header, path, NULL);
  pthread_mutex_unlock(&turn);
  errno = error;
  return result;
}

static int kept_sync(int file, long call) {
  char path[4096];
  size_t path_length = path_of(file, path, sizeof path);
  if (path_length == 0) return kept_folder_sync(file, call);
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

static void keep_name(uint32_t kind, const char *path, const void *old, size_t old_length) {
  struct header header = {kind, (uint32_t)strlen(path), 0, 0, 0, old_length};
  append(&header, path, old);
}

/* SQLite names its files by their whole path. */
static int kept_open(const char *name, int flags, mode_t mode) {
  static int (*real)(const char *, int, ...);
  if (!real) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64");
  if (!(flags & O_CREAT) || !is_in_folder(name, strlen(name))) return real(name, flags, mode);
  pthread_mutex_lock(&turn);
  int is_new = access(name, F_OK) != 0;
  int file = real(name, flags, mode);
  int error = errno;
  if (file >= 0 && is_new) keep_name(MADE, name, NULL, 0);
  pthread_mutex_unlock(&turn);
  errno = error;
  return file;
}

int open(const char *name, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return kept_open(name, flags, mode);
}

int open64(const char *name, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return kept_open(name, flags, mode);
}

int link(const char *from, const char *to) {
  pthread_mutex_lock(&turn);
  int result = (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
  int error = errno;
  if (result == 0 && is_in_folder(to, strlen(to))) keep_name(MADE, to, NULL, 0);
  pthread_mutex_unlock(&turn);
  errno = error;
  return result;
}

int rename(const char *from, const char *to) {
  pthread_mutex_lock(&turn);
  int result = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  int error = errno;
  if (result == 0 && is_in_folder(to, strlen(to))) keep_name(RENAMED, to, from, strlen(from));
  pthread_mutex_unlock(&turn);
  errno = error;
  return result;
}

/* The whole file, so that it can come back. */
int unlink(const char *name) {
  pthread_mutex_lock(&turn);
  struct stat status;
  char *old = NULL;
  int file = is_in_folder(name, strlen(name)) ? (int)syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0) : -1;
  if (file >= 0 && fstat(file, &status) == 0) {
    old = malloc((size_t)status.st_size + 1);
    if (!old || syscall(SYS_pread64, file, old, (size_t)status.st_size, 0) != (long)status.st_size)
      give_up("unsynced: a removed file cannot be read\n");
  }
  if (file >= 0) syscall(SYS_close, file);
  int result = (int)syscall(SYS_unlinkat, AT_FDCWD, name, 0);
  int error = errno;
  if (result == 0 && old) keep_name(REMOVED, name, old, (size_t)status.st_size);
  free(old);
  pthread_mutex_unlock(&turn);
  errno = error;
  return result;
}
