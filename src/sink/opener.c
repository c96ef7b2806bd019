// SPDX-License-Identifier: MIT
#include "sink/opener.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "confine/capabilities.h"
#include "confine/syscalls.h"
#include "sink/file.h"
#include "util/apart.h"
#include "util/array.h"

/* What root has of files: to reach one, and to make or write one in a directory of another user. */
#define CAPABILITIES (CAPABILITY(CAP_DAC_OVERRIDE) | CAPABILITY(CAP_DAC_READ_SEARCH))

struct opener {
	struct apart apart;
};

/* The process */

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static bool answer(int socket, int result)
{
	struct iovec iov = {.iov_base = &result, .iov_len = sizeof(result)};
	union control control = {0};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *header;

	if (result >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &result, sizeof(int));
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL) == sizeof(result);
}

/*
 * The path lies in memory that cannot be written to any more, and no other address of a path is let
 * through: whoever gets hold of this process has the same file, and no other.
 */
static int confine_to(const char *path)
{
	const uint64_t at = (uintptr_t)path;
	static const int calls[] = {
		CALL(newfstatat), CALL(lstat),	 CALL(fstat), CALL(fchmod),	CALL(geteuid),
		CALL(recvfrom),	  CALL(sendmsg), CALL(close), CALL(exit_group),
	};
	const struct syscall_rule rules[] = {
		{CALL(openat), 1, UINT64_MAX, at},
		{CALL(open), 0, UINT64_MAX, at},
	};
	int err = capabilities_keep(CAPABILITIES);

	if (!err)
		err = no_new_privileges();
	/* A kernel without seccomp filters lacks them for all: confine.h tells of that. */
	if (!err)
		(void)syscalls_allow(calls, ARRAY_SIZE(calls), rules, ARRAY_SIZE(rules));
	return err;
}

static void run(int socket, void *path)
{
	char byte;

	if (confine_to(path))
		return;
	while (recv(socket, &byte, 1, 0) == 1) {
		int fd = file_open(path);
		bool heard = answer(socket, fd);

		if (fd >= 0)
			close(fd);
		if (!heard)
			return;
	}
}

/* Who asks it */

int opener_start(const char *path, struct opener **ret)
{
	struct opener *opener = malloc(sizeof(*opener));
	size_t size = strlen(path) + 1;
	void *fixed = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int err = opener && fixed != MAP_FAILED ? 0 : -ENOMEM;

	if (!err) {
		memcpy(fixed, path, size);
		err = mprotect(fixed, size, PROT_READ) ? -errno : 0;
	}
	if (!err)
		err = apart_start("tpconnect-open", file_descriptor_in(path), run, fixed,
				  &opener->apart);
	if (fixed != MAP_FAILED)
		munmap(fixed, size);
	if (err) {
		free(opener);
		return err;
	}
	*ret = opener;
	return 0;
}

void opener_stop(struct opener *opener)
{
	if (!opener)
		return;
	apart_stop(&opener->apart);
	free(opener);
}

static int descriptor_of(struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int fd;

	if (!header || header->cmsg_type != SCM_RIGHTS)
		return -EMFILE; /* it was sent, but there was no room for it here */
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

int opener_open(struct opener *opener)
{
	int result;
	struct iovec iov = {.iov_base = &result, .iov_len = sizeof(result)};
	union control control;
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	if (send(opener->apart.fd, "", 1, MSG_NOSIGNAL) != 1)
		return -FILE_OPENER_GONE;
	while ((n = recvmsg(opener->apart.fd, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
		;
	if (n != sizeof(result))
		return -FILE_OPENER_GONE;
	return result < 0 ? result : descriptor_of(&message);
}
