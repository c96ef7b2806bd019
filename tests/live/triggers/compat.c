// SPDX-License-Identifier: MIT
/*
 * connect(2) of the 32-bit system call table, by int 0x80 from this 64-bit program, or of x32's.
 * Usage: compat connect|socketcall|x32 OUTCOME ADDR PORT
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "int80.h"
#include "trigger.h"

#if defined(__x86_64__)

/* arch/x86/entry/syscalls/syscall_32.tbl, and include/uapi/linux/net.h. */
#define COMPAT_SOCKETCALL 102
#define COMPAT_CONNECT	  362
#define SYS_CONNECT	  3

/* arch/x86/include/uapi/asm/unistd.h */
#define X32_SYSCALL_BIT 0x40000000

/* What the calls point to must be below 4 GiB. */
struct low {
	uint32_t args[3];
	struct sockaddr_storage addr;
};

/* What each process may do, if the kernel has it. */
static int x32_connect(int fd, const struct target *target)
{
	int ret = syscall(X32_SYSCALL_BIT | SYS_connect, fd, &target->addr, target->len);

	if (ret && errno == ENOSYS)
		unable("this kernel has no x32 system calls");
	return ret ? -errno : 0;
}

static int compat_connect(const char *how, struct low *low, int fd, socklen_t len)
{
	if (!strcmp(how, "connect"))
		return int80(COMPAT_CONNECT, fd, (uint32_t)(uintptr_t)&low->addr, len);
	low->args[0] = fd;
	low->args[1] = (uint32_t)(uintptr_t)&low->addr;
	low->args[2] = len;
	return int80(COMPAT_SOCKETCALL, SYS_CONNECT, (uint32_t)(uintptr_t)low->args, 0);
}

int main(int argc, char **argv)
{
	struct target target;
	struct low *low;
	bool x32;
	int fd, ret;

	x32 = argc == 5 && !strcmp(argv[1], "x32");
	if (argc != 5 || (!x32 && strcmp(argv[1], "connect") && strcmp(argv[1], "socketcall")))
		die("usage: compat connect|socketcall|x32 OUTCOME ADDR PORT");
	target = target_parse(argv[3], argv[4], false);
	fd = socket_for(&target, 0);
	if (x32) {
		ret = x32_connect(fd, &target);
	} else {
		low = int80_memory(sizeof(*low));
		low->addr = target.addr;
		ret = compat_connect(argv[1], low, fd, target.len);
	}
	demand("connect", -ret, errno_of(argv[2]));
	expect_origin("compat");
	expect_result(fd, &target, -ret);
}

#else

int main(void)
{
	unable("32-bit system calls are tried on x86-64 only");
}

#endif
