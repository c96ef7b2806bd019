// SPDX-License-Identifier: MIT
#include "serve/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/parse.h"

/* SD_LISTEN_FDS_START of systemd's sd-daemon.h. */
#define FIRST_FD 3

/* Takes the descriptor, which is then the listeners'; closes it where anything fails. */
static int begin(int fd, const struct sockaddr *address, socklen_t size, const char *name,
		 struct listeners *listeners, struct error *error)
{
	const int yes = 1;
	int err;

	if (fd < 0)
		return error_set(error, -errno, "cannot make a socket for %s: %s", name,
				 strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (!bind(fd, address, size) && !listen(fd, SOMAXCONN)) {
		listeners->fds[listeners->n++] = fd;
		return 0;
	}
	err = error_set(error, -errno, "cannot listen on %s: %s%s", name, strerror(errno),
			errno == EADDRINUSE ? "; name another with --listen" : "");
	close(fd);
	return err;
}

/* Whether the socket is left of a process that has ended: nobody listens. */
static bool is_dead(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool dead = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) &&
		    errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return dead;
}

/* Whoever can reach the directory may ask, as on loopback. */
static int listen_unix(const char *path, struct listeners *listeners, struct error *error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat st;
	int err;

	if (!*path || strlen(path) >= sizeof(address.sun_path))
		return error_set(error, -EINVAL,
				 "unix:%.80s is not a socket's name: a path of 1 to %zu bytes",
				 path, sizeof(address.sun_path) - 1);
	strcpy(address.sun_path, path);
	if (!lstat(path, &st) && S_ISSOCK(st.st_mode) && is_dead(&address))
		unlink(path);
	err = begin(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
		    (const struct sockaddr *)&address, sizeof(address), path, listeners, error);
	if (!err)
		chmod(path, 0666);
	return err;
}

/* The address without its brackets, which are to be there where it has colons; NULL: it has not. */
static char *address_of(const char *name, const char *colon)
{
	size_t n = (size_t)(colon - name);

	if (n > 2 && name[0] == '[' && colon[-1] == ']')
		return strndup(name + 1, n - 2);
	return !n || memchr(name, ':', n) ? NULL : strndup(name, n);
}

static int refuse(const char *name, struct error *error)
{
	return error_set(error, -EINVAL,
			 "\"%.80s\" is not an address and a port to listen on: write "
			 "127.0.0.1:9436, [::1]:9436 or unix:PATH",
			 name);
}

static int listen_ip(const char *name, struct listeners *listeners, struct error *error)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	const char *colon = strrchr(name, ':');
	char *address = colon ? address_of(name, colon) : NULL;
	struct addrinfo *info;
	uint64_t port;
	int err;

	if (!address || parse_u64(colon + 1, 1, 65535, &port) ||
	    getaddrinfo(address, colon + 1, &hints, &info)) {
		free(address);
		return refuse(name, error);
	}
	free(address);
	err = begin(socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
		    info->ai_addr, info->ai_addrlen, name, listeners, error);
	freeaddrinfo(info);
	return err;
}

int listen_on(const char *name, struct listeners *listeners, struct error *error)
{
	if (listeners->n == LISTENERS_MAX)
		return error_set(error, -E2BIG, "--listen can be there %d times", LISTENERS_MAX);
	if (!strncmp(name, "unix:", 5))
		return listen_unix(name + 5, listeners, error);
	return listen_ip(name, listeners, error);
}

static int take(int fd, struct listeners *listeners, struct error *error)
{
	int type = 0, listens = 0;
	socklen_t size = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) || type != SOCK_STREAM ||
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) || !listens)
		return error_set(error, -EINVAL,
				 "descriptor %d, given by the service manager, is no stream socket "
				 "that listens: the socket unit needs ListenStream= and Accept=no",
				 fd);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	listeners->fds[listeners->n++] = fd;
	return 0;
}

int listen_activated(struct listeners *listeners, struct error *error)
{
	const char *pid_text = getenv("LISTEN_PID"), *n_text = getenv("LISTEN_FDS");
	uint64_t pid, n;
	int err = 0;

	if (!pid_text || !n_text || parse_u64(pid_text, 1, INT32_MAX, &pid) ||
	    pid != (uint64_t)getpid())
		return 0;
	if (parse_u64(n_text, 1, LISTENERS_MAX, &n))
		return error_set(error, -EINVAL,
				 "LISTEN_FDS=%.20s: at most %d sockets can be given", n_text,
				 LISTENERS_MAX);
	for (int i = 0; !err && i < (int)n; i++)
		err = take(FIRST_FD + i, listeners, error);
	listeners->activated = !err;
	return err ? err : (int)n;
}
