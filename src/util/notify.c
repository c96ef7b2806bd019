// SPDX-License-Identifier: MIT
#include "util/notify.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/parse.h"

/* What begins with @ is abstract: a name without a file, whose first byte is 0. */
static int set_address(const char *name, struct sockaddr_un *address, socklen_t *size)
{
	size_t len = strlen(name);

	if ((*name != '/' && *name != '@') || len < 2)
		return -EAFNOSUPPORT;
	if (len >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(address->sun_path, name, len);
	if (*name == '@')
		address->sun_path[0] = '\0';
	*size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (*name == '/'));
	return 0;
}

/* Meant for this process, and not for the one that started it. */
static uint64_t watchdog_ns(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t value, of;

	if (!usec || parse_u64(usec, 1, UINT64_MAX / NSEC_PER_USEC, &value))
		return 0;
	if (pid && (parse_u64(pid, 1, INT_MAX, &of) || (pid_t)of != getpid()))
		return 0;
	return value * NSEC_PER_USEC;
}

int notify_open(struct notify *notify)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t size;
	int err;

	*notify = (struct notify){.fd = -1};
	if (!name || !*name)
		return 0;
	err = set_address(name, &address, &size);
	if (err)
		return err;
	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (notify->fd < 0)
		return -errno;
	if (connect(notify->fd, (const struct sockaddr *)&address, size)) {
		err = -errno;
		notify_close(notify);
		return err;
	}
	notify->watchdog_ns = watchdog_ns();
	return 0;
}

void notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}

/* write(2), as a process that may do little can do that in any case. */
void notify_send(const struct notify *notify, const char *state)
{
	if (notify->fd >= 0)
		(void)!write(notify->fd, state, strlen(state));
}
