// SPDX-License-Identifier: MIT
/*
 * What stands between connect(2) and TCP. Usage: deny HOW ADDR PORT [CGROUP|N]; HOW:
 *   cgroup    a cgroup/connect4 program that denies; CGROUP is the directory to attach it to
 *   rewrite   one that sends it to 127.0.0.1 port 80 instead
 *   landlock  a Landlock domain without any right to connect
 *   seccomp   a filter that answers EACCES in the kernel's place
 *   kill      a filter that kills: nothing of the call is left to show
 *   flood     the filter of seccomp, N times; what comes of it is not printed
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trigger.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- cgroup ---------------------------------------------------------------------------------- */

#define REWRITTEN_PORT 80

/* r0 is the verdict; struct bpf_sock_addr is in r1. */
#define INSN(c, d, s, o, i)                                                                        \
	{                                                                                          \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)                \
	}
#define MOV(reg, value) INSN(BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, value)
#define STORE(field, reg)                                                                          \
	INSN(BPF_STX | BPF_MEM | BPF_W, BPF_REG_1, reg, offsetof(struct bpf_sock_addr, field), 0)
#define RETURN INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

static int program_load(const struct bpf_insn *insns, size_t count)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
		.expected_attach_type = BPF_CGROUP_INET4_CONNECT,
		.insns = (uintptr_t)insns,
		.insn_cnt = count,
		.license = (uintptr_t) "GPL",
	};
	/* Before Linux 5.11 (bdb7b79b4ce8), programs count as locked memory. */
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	int fd;

	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd < 0)
		unable("no cgroup/connect4 programs");
	return fd;
}

static int load(bool rewrite)
{
	const struct bpf_insn deny[] = {MOV(BPF_REG_0, 0), RETURN};
	const struct bpf_insn change[] = {
		MOV(BPF_REG_2, (int)htonl(INADDR_LOOPBACK)),
		STORE(user_ip4, BPF_REG_2),
		MOV(BPF_REG_2, htons(REWRITTEN_PORT)),
		STORE(user_port, BPF_REG_2),
		MOV(BPF_REG_0, 1),
		RETURN,
	};

	return rewrite ? program_load(change, COUNT(change)) : program_load(deny, COUNT(deny));
}

/* The program stays attached until the cgroup is removed, which is the caller's to do. */
static void enter_cgroup(const char *path, bool rewrite)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY), procs = openat(dir, "cgroup.procs", O_WRONLY);
	union bpf_attr attr = {
		.target_fd = dir,
		.attach_bpf_fd = load(rewrite),
		.attach_type = BPF_CGROUP_INET4_CONNECT,
	};

	if (dir < 0 || procs < 0)
		die("%s", path);
	if (syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr)))
		die("BPF_PROG_ATTACH");
	if (write(procs, "0", 1) != 1)
		die("cgroup.procs");
}

/* --- Landlock -------------------------------------------------------------------------------- */

/* linux/landlock.h has it since Linux 6.7. */
struct ruleset_attr {
	uint64_t handled_access_fs, handled_access_net;
};

#define ACCESS_NET_CONNECT_TCP (1ull << 1)

static void enter_landlock(void)
{
	struct ruleset_attr attr = {.handled_access_net = ACCESS_NET_CONNECT_TCP};
	int fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (fd < 0)
		unable("no Landlock for TCP");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_landlock_restrict_self, fd, 0))
		die("landlock_restrict_self");
}

/* --- seccomp --------------------------------------------------------------------------------- */

static void enter_seccomp(uint32_t action)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = COUNT(filter), .filter = filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		unable("no seccomp");
}

/* --------------------------------------------------------------------------------------------- */

static void denied(const struct target *target, int want)
{
	int fd = socket_for(target, 0);

	demand("connect", connect_to(fd, target) ? errno : 0, want);
	expect_not_sent(target, want);
}

static void flooded(const struct target *target, long times)
{
	int fd = socket_for(target, 0);

	for (long n = 0; n < times; n++)
		demand("connect", connect_to(fd, target) ? errno : 0, EACCES);
}

static void rewritten(const struct target *target)
{
	int fd = socket_for(target, 0);

	demand("connect", connect_to(fd, target) ? errno : 0, 0);
	expect_result(fd, target, 0);
}

static void killed(const struct target *target)
{
	int status;

	if (fork() == 0) {
		enter_seccomp(SECCOMP_RET_KILL_PROCESS);
		connect_to(socket_for(target, 0), target);
		_exit(0);
	}
	if (wait(&status) < 0 || !WIFSIGNALED(status))
		die("the child was not killed");
}

int main(int argc, char **argv)
{
	struct target target;
	const char *how;

	if (argc < 4)
		die("usage: deny cgroup|rewrite|landlock|seccomp|kill|flood ADDR PORT [CGROUP|N]");
	how = argv[1];
	target = target_parse(argv[2], argv[3], false);
	if (!strcmp(how, "cgroup") && argc == 5) {
		enter_cgroup(argv[4], false);
		denied(&target, EPERM);
	} else if (!strcmp(how, "rewrite") && argc == 5) {
		enter_cgroup(argv[4], true);
		rewritten(&target);
	} else if (!strcmp(how, "landlock")) {
		enter_landlock();
		denied(&target, EACCES);
	} else if (!strcmp(how, "seccomp")) {
		enter_seccomp(SECCOMP_RET_ERRNO | EACCES);
		denied(&target, EACCES);
	} else if (!strcmp(how, "flood") && argc == 5) {
		enter_seccomp(SECCOMP_RET_ERRNO | EACCES);
		flooded(&target, atol(argv[4]));
	} else if (!strcmp(how, "kill")) {
		killed(&target);
	} else {
		die("there is no way %s", how);
	}
}
