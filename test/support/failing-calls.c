/*
 * Makes system calls of a real process fail, or end it, in the middle of a write; loaded by LD_PRELOAD.
 * FAILING_ROOT: only files below it count. FAILING_ORDER: a file that says what happens from now on, while it is there:
 *   "error PATH" every write at a position of this file stores half of its bytes and fails with EIO
 *   "kill N"     the N-th call that changes something, counted from 0, ends the process; a write stores half of its bytes first
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int count;

static int is_ours(const char *path) {
  const char *root = getenv("FAILING_ROOT");
  return root != NULL && strncmp(path, root, strlen(root)) == 0;
}

/* The path of an open file, or an empty text; in a buffer that the next call uses again. */
static const char *path_of(int descriptor) {
  static char path[4096];
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  return path;
}

static int is_open_in_ours(int descriptor) {
  return is_ours(path_of(descriptor));
}

/* 'e' if a write to this path fails, 'k' if this very call ends the process, else 0. */
static char order(const char *path) {
  const char *place = getenv("FAILING_ORDER");
  FILE *file = place == NULL ? NULL : fopen(place, "r");
  if (file == NULL) return 0;
  char word[16] = "", of[4096] = "";
  int found = fscanf(file, "%15s %4095s", word, of);
  fclose(file);
  if (found != 2) return 0;
  if (strcmp(word, "error") == 0) return strcmp(of, path) == 0 ? 'e' : 0;
  return count++ == atoi(of) ? 'k' : 0;
}

static void end(void) {
  kill(getpid(), SIGKILL);
  pause();
}

typedef ssize_t (*pwrite_call)(int, const void *, size_t, off64_t);

static ssize_t at_position(const char *name, int descriptor, const void *bytes, size_t size, off64_t position) {
  pwrite_call real = (pwrite_call)dlsym(RTLD_NEXT, name);
  char what = is_open_in_ours(descriptor) ? order(path_of(descriptor)) : 0;
  if (what == 0) return real(descriptor, bytes, size, position);
  real(descriptor, bytes, size / 2, position);
  if (what == 'k') end();
  errno = EIO;
  return -1;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t position) {
  return at_position("pwrite", descriptor, bytes, size, position);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t position) {
  return at_position("pwrite64", descriptor, bytes, size, position);
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
  ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  if (!is_open_in_ours(descriptor) || order("") != 'k') return real(descriptor, bytes, size);
  real(descriptor, bytes, size / 2);
  end();
  return -1;
}

#define ENDS_BEFORE(result, name, parameters, arguments, ours) \
  result name parameters {                                     \
    result(*real) parameters = dlsym(RTLD_NEXT, #name);        \
    if ((ours) && order("") == 'k') end();                       \
    return real arguments;                                     \
  }

ENDS_BEFORE(int, ftruncate, (int descriptor, off_t length), (descriptor, length), is_open_in_ours(descriptor))
ENDS_BEFORE(int, ftruncate64, (int descriptor, off64_t length), (descriptor, length), is_open_in_ours(descriptor))
ENDS_BEFORE(int, fsync, (int descriptor), (descriptor), is_open_in_ours(descriptor))
ENDS_BEFORE(int, unlink, (const char *path), (path), is_ours(path))
ENDS_BEFORE(int, rename, (const char *from, const char *to), (from, to), is_ours(from) || is_ours(to))
