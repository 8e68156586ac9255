#define _GNU_SOURCE
#include "CCodecs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

// What the program reads from is a socket, not a pipe: writing to one that is closed can be told not to raise SIGPIPE.
static bool connect_to_input(int *ours, int *theirs) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return false;
  *ours = ends[0], *theirs = ends[1];
  return true;
}

static bool connect_to_output(int *ours, int *theirs) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  fcntl(ends[0], F_SETPIPE_SZ, 1 << 20); // fewer switches a frame; a wish
  *ours = ends[0], *theirs = ends[1];
  return true;
}

static int spawn(const char *name, char *const arguments[], bool is_fed, int stream, int errors, pid_t *process) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, stream, is_fed ? 0 : 1);
  posix_spawn_file_actions_addopen(&actions, is_fed ? 1 : 0, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, errors, 2);

  // A group of its own: Ctrl-C on a terminal is not for it. Signals that this program ignores or blocks are as usual.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);

  int failure = posix_spawnp(process, name, &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

int cc_program_start(char *const arguments[], bool is_fed, cc_program *program) {
  int stream, errors;
  if (!(is_fed ? connect_to_input : connect_to_output)(&program->stream, &stream)) return errno;
  if (!connect_to_output(&program->errors, &errors)) {
    int failure = errno;
    close(program->stream), close(stream);
    return failure;
  }
  int failure = spawn(arguments[0], arguments, is_fed, stream, errors, &program->process);
  close(stream), close(errors);
  if (failure) close(program->stream), close(program->errors);
  return failure;
}
