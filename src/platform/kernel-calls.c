/*
 * Calls of the Linux kernel and its C library that Node does not offer, as an addon of Node-API (nodejs.org/api/n-api.html). It is
 * linked to nothing: what it calls is in Node and in the C library that Node has loaded, so one file serves every C
 * library. A function returns an integer; a negative one is the negated error number of the kernel.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* The part of node_api.h that is used here; its binary form is stable over all versions of Node. */
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
extern int napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
extern int napi_get_value_int32(napi_env, napi_value, int32_t *);
extern int napi_get_value_string_utf8(napi_env, napi_value, char *, size_t, size_t *);
extern int napi_create_int32(napi_env, int32_t, napi_value *);
extern int napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
extern int napi_set_named_property(napi_env, napi_value, const char *, napi_value);

/* Only glibc has it (malloc_trim(3)); elsewhere the address is null. */
extern int malloc_trim(size_t) __attribute__((weak));

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

static napi_value integer(napi_env env, int32_t number) {
  napi_value value = 0;
  napi_create_int32(env, number, &value);
  return value;
}

/* Reads a path; a longer one than the kernel takes is refused, never cut. */
static int read_path(napi_env env, napi_value value, char path[PATH_MAX]) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, path, PATH_MAX, &length) != 0) return -EINVAL;
  return length < PATH_MAX - 1 ? 0 : -ENAMETOOLONG;
}

/* exchange(path, path): lets two files change places in one step, renameat2(2). */
static napi_value exchange(napi_env env, napi_callback_info info) {
  char left[PATH_MAX], right[PATH_MAX];
  napi_value given[2];
  size_t count = 2;
  if (napi_get_cb_info(env, info, &count, given, 0, 0) != 0 || count < 2) return integer(env, -EINVAL);
  int failure = read_path(env, given[0], left);
  if (failure == 0) failure = read_path(env, given[1], right);
  if (failure != 0) return integer(env, failure);
  long result = syscall(SYS_renameat2, AT_FDCWD, left, AT_FDCWD, right, RENAME_EXCHANGE);
  return integer(env, result == 0 ? 0 : -errno);
}

/*
 * hasWriter(descriptor): 1 if somebody has the file open for writing, else 0. The kernel grants a read lease for a file
 * that nobody has open for writing, and for no other (F_SETLEASE in fcntl(2)); the lease is given back at once. Should
 * somebody open the file just then, the kernel says so by a signal: one that does nothing, not one that ends the process.
 */
static napi_value has_writer(napi_env env, napi_callback_info info) {
  napi_value given[1];
  size_t count = 1;
  int32_t descriptor;
  if (napi_get_cb_info(env, info, &count, given, 0, 0) != 0 || count < 1) return integer(env, -EINVAL);
  if (napi_get_value_int32(env, given[0], &descriptor) != 0) return integer(env, -EINVAL);
  if (fcntl(descriptor, F_SETSIG, SIGURG) != 0) return integer(env, -errno);
  if (fcntl(descriptor, F_SETLEASE, F_RDLCK) != 0) return integer(env, errno == EAGAIN ? 1 : -errno);
  fcntl(descriptor, F_SETLEASE, F_UNLCK);
  return integer(env, 0);
}

/*
 * notify(path, text): sends one datagram to a socket of the Unix family, as sd_notify(3) does; a path that begins with @
 * is of the abstract namespace (unix(7)). A receiver that takes nothing for a second is given up.
 */
static napi_value notify(napi_env env, napi_callback_info info) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  char text[4096];
  napi_value given[2];
  size_t count = 2, path_length = 0, length = 0;
  if (napi_get_cb_info(env, info, &count, given, 0, 0) != 0 || count < 2) return integer(env, -EINVAL);
  if (napi_get_value_string_utf8(env, given[0], address.sun_path, sizeof address.sun_path, &path_length) != 0 ||
      napi_get_value_string_utf8(env, given[1], text, sizeof text, &length) != 0)
    return integer(env, -EINVAL);
  if (path_length >= sizeof address.sun_path - 1 || length >= sizeof text - 1) return integer(env, -ENAMETOOLONG);
  if (address.sun_path[0] == '@') address.sun_path[0] = 0;
  int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return integer(env, -errno);
  struct timeval patience = {.tv_sec = 1};
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path_length);
  int32_t failure = sendto(descriptor, text, length, MSG_NOSIGNAL, (struct sockaddr *)&address, size) < 0 ? -errno : 0;
  close(descriptor);
  return integer(env, failure);
}

/* trimMemory(): gives memory that the C library keeps for later back to the system. */
static napi_value trim_memory(napi_env env, napi_callback_info info) {
  (void)info;
  if (malloc_trim == 0) return integer(env, -ENOSYS);
  malloc_trim(0);
  return integer(env, 0);
}

static void offer(napi_env env, napi_value exports, const char *name, napi_callback call) {
  napi_value function = 0;
  if (napi_create_function(env, name, (size_t)-1, call, 0, &function) == 0)
    napi_set_named_property(env, exports, name, function);
}

__attribute__((visibility("default"))) int32_t node_api_module_get_api_version_v1(void) { return 8; }

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  offer(env, exports, "exchange", exchange);
  offer(env, exports, "hasWriter", has_writer);
  offer(env, exports, "notify", notify);
  offer(env, exports, "trimMemory", trim_memory);
  return exports;
}
