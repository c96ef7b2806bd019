// SPDX-License-Identifier: MIT
/*
 * connect(2) of the 32-bit system call table, by int 0x80 from this 64-bit program.
 * Usage: compat connect|socketcall OUTCOME ADDR PORT
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trigger.h"

#if defined(__x86_64__)

/* arch/x86/entry/syscalls/syscall_32.tbl, and include/uapi/linux/net.h. */
#define COMPAT_SOCKETCALL 102
#define COMPAT_CONNECT	  362
#define SYS_CONNECT	  3

/* What the calls point to must be below 4 GiB. */
struct low {
	uint32_t args[3];
	struct sockaddr_storage addr;
};

/* What a kernel without that table answers with. */
static void on_fault(int signal)
{
	(void)signal;
	unable("no 32-bit system calls: int 0x80 is a fault");
}

static long compat_call(long number, uint32_t a, uint32_t b, uint32_t c)
{
	long ret;

	/* The 32-bit entry may clobber r8 to r11. */
	asm volatile("int $0x80"
		     : "=a"(ret)
		     : "a"(number), "b"(a), "c"(b), "d"(c)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static long compat_connect(const char *how, struct low *low, int fd, socklen_t len)
{
	if (!strcmp(how, "connect"))
		return compat_call(COMPAT_CONNECT, fd, (uint32_t)(uintptr_t)&low->addr, len);
	low->args[0] = fd;
	low->args[1] = (uint32_t)(uintptr_t)&low->addr;
	low->args[2] = len;
	return compat_call(COMPAT_SOCKETCALL, SYS_CONNECT, (uint32_t)(uintptr_t)low->args, 0);
}

int main(int argc, char **argv)
{
	struct target target;
	struct low *low;
	long ret;
	int fd;

	if (argc != 5 || (strcmp(argv[1], "connect") && strcmp(argv[1], "socketcall")))
		die("usage: compat connect|socketcall OUTCOME ADDR PORT");
	target = target_parse(argv[3], argv[4], false);
	low = mmap(NULL, sizeof(*low), PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (low == MAP_FAILED)
		die("mmap");
	low->addr = target.addr;
	fd = socket_for(&target, 0);
	signal(SIGSEGV, on_fault);
	ret = compat_connect(argv[1], low, fd, target.len);
	signal(SIGSEGV, SIG_DFL);
	if (ret == -ENOSYS)
		unable("no 32-bit system calls");
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
