// SPDX-License-Identifier: MIT
#include "confine/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/types.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/array.h"
#include "util/cleanup.h"

/* linux/landlock.h of Debian 12 ends with version 1, and C libraries may know no numbers. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule	    445
#define SYS_landlock_restrict_self  446
#endif

#define CREATE_RULESET_VERSION 1
#define RULE_PATH_BENEATH      1
#define RULE_NET_PORT	       2

/* As the kernel has them since version 6; older ones take less of it. */
struct ruleset_attr {
	__u64 handled_access_fs;
	__u64 handled_access_net;
	__u64 scoped;
};

struct path_beneath_attr {
	__u64 allowed_access;
	__s32 parent_fd;
} __attribute__((packed));

struct net_port_attr {
	__u64 allowed_access;
	__u64 port;
};

/* LANDLOCK_ACCESS_FS_*, by bit. */
enum {
	FS_EXECUTE,
	FS_WRITE_FILE,
	FS_READ_FILE,
	FS_READ_DIR,
	FS_REMOVE_DIR,
	FS_REMOVE_FILE,
	FS_MAKE_CHAR,
	FS_MAKE_DIR,
	FS_MAKE_REG,
	FS_MAKE_SOCK,
	FS_MAKE_FIFO,
	FS_MAKE_BLOCK,
	FS_MAKE_SYM,
	FS_REFER,
	FS_TRUNCATE,
	FS_IOCTL_DEV,
};

#define BIT(number)    (1ull << (number))
#define UP_TO(number)  (BIT((number) + 1) - 1)
#define NET_CONNECT    BIT(1)		      /* LANDLOCK_ACCESS_NET_CONNECT_TCP */
#define NET_ALL	       (BIT(0) | NET_CONNECT) /* LANDLOCK_ACCESS_NET_BIND_TCP */
#define SCOPE_ABSTRACT BIT(0)		      /* LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET */

#define READING (BIT(FS_READ_FILE) | BIT(FS_READ_DIR))
#define WRITING                                                                                    \
	(READING | BIT(FS_WRITE_FILE) | BIT(FS_REMOVE_DIR) | BIT(FS_REMOVE_FILE) |                 \
	 BIT(FS_MAKE_DIR) | BIT(FS_MAKE_REG) | BIT(FS_REFER) | BIT(FS_TRUNCATE))

/*
 * What each version can refuse: 1 Linux 5.13, 2 5.19, 3 6.2, 4 6.7, 5 6.10, 6 6.12. To refuse to
 * send signals, also of 6, is not asked for: helpers are to be ended.
 */
static const struct ruleset_attr handled[] = {
	{UP_TO(FS_MAKE_SYM), 0, 0},	   {UP_TO(FS_REFER), 0, 0},
	{UP_TO(FS_TRUNCATE), 0, 0},	   {UP_TO(FS_TRUNCATE), NET_ALL, 0},
	{UP_TO(FS_IOCTL_DEV), NET_ALL, 0}, {UP_TO(FS_IOCTL_DEV), NET_ALL, SCOPE_ABSTRACT},
};

int landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);

	return version < 0 ? -errno : (int)version;
}

static int allow(int ruleset, const struct landlock_place *place, __u64 known)
{
	_cleanup_close_ int fd = open(place->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct path_beneath_attr attr = {
		.allowed_access = (place->write ? WRITING : READING) & known,
		.parent_fd = fd,
	};

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	return syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &attr, 0) ? -errno : 0;
}

static int allow_port(int ruleset, uint16_t port)
{
	const struct net_port_attr attr = {.allowed_access = NET_CONNECT, .port = port};

	return syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &attr, 0) ? -errno : 0;
}

int landlock_enter(const struct landlock_place *places, size_t n)
{
	return landlock_enter_with_ports(places, n, NULL, 0);
}

int landlock_enter_with_ports(const struct landlock_place *places, size_t n, const uint16_t *ports,
			      size_t n_ports)
{
	int version = landlock_version(), err = 0;
	_cleanup_close_ int ruleset = -1;
	size_t row, size;

	if (version <= 0)
		return version ? version : -EOPNOTSUPP;
	row = (size_t)version < ARRAY_SIZE(handled) ? (size_t)version - 1 : ARRAY_SIZE(handled) - 1;
	/* A field that is 0 may be more than the kernel knows, but need not be told. */
	size = handled[row].scoped ? sizeof(handled[row]) : offsetof(struct ruleset_attr, scoped);
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled[row], size, 0);
	if (ruleset < 0)
		return -errno;
	for (size_t i = 0; !err && i < n; i++)
		err = allow(ruleset, &places[i], handled[row].handled_access_fs);
	for (size_t i = 0; !err && handled[row].handled_access_net && i < n_ports; i++)
		err = allow_port(ruleset, ports[i]);
	if (!err && syscall(SYS_landlock_restrict_self, ruleset, 0))
		err = -errno;
	return err ? err : version;
}
