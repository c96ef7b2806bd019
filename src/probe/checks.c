// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/capability.h>

#include "probe/btf.h"
#include "probe/checks_table.h"
#include "probe/kernel.h"
#include "util/array.h"
#include "util/cgroup.h"
#include "util/cleanup.h"

#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"

/* include/linux/proc_ns.h: PROC_PID_INIT_INO, PROC_USER_INIT_INO. */
#define INITIAL_PIDNS  "pid:[4026531836]"
#define INITIAL_USERNS "user:[4026531837]"

#define ADVICE_BTF   "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y, or use --btf FILE"
#define BOOT_NEWER   "boot a kernel of version 5.8 or newer, built with CONFIG_BPF_SYSCALL=y"
#define BOOT_SYSCALL "boot a kernel built with CONFIG_FTRACE_SYSCALLS=y, or use --no-syscalls"
#define ADVICE_PRIVILEGE                                                                           \
	"run as root (sudo), or: setcap cap_bpf,cap_perfmon,cap_dac_read_search=ep tpconnect"
#define ADVICE_CONFINED_ROOT                                                                       \
	"this root is confined: start it on the host, or grant the container both capabilities"
#define ADVICE_TRACEFS                                                                             \
	"run: mount -t tracefs nodev /sys/kernel/tracing (or trace with --no-syscalls)"

static bool report(struct check_result *result, bool well, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool report(struct check_result *result, bool well, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(result->found, sizeof(result->found), format, args);
	va_end(args);
	return well;
}

static void advise(struct check_result *result, const char *advice)
{
	snprintf(result->advice, sizeof(result->advice), "%s", advice);
}

static bool in_namespace(const char *path, const char *name)
{
	char link[64] = "";

	/* Without /proc there is nothing to say, so nothing to complain about. */
	return readlink(path, link, sizeof(link) - 1) < 0 || strcmp(link, name) == 0;
}

/* Without the privilege, a trial would blame the kernel for what the process may not do. */
static bool not_tested(struct check_result *result, const char *needs)
{
	advise(result, "mend that first");
	return report(result, false, "not tested: needs %s", needs);
}

/* The kernel said no to a trial: because it cannot, or because somebody forbids it? */
static bool refused(struct check_result *result, int error)
{
	if (error == EPERM || error == EACCES)
		advise(result, "bpf(2) is blocked: allow it in the seccomp profile or security "
			       "policy of this container or service");
	return report(result, false, "refused: %s", strerror(error));
}

static bool check_kernel(struct check_context *context, const struct check *check,
			 struct check_result *result)
{
	struct utsname name;

	(void)context;
	(void)check;
	uname(&name);
	return report(result, kernel_version() >= KERNEL(5, 8), "%s", name.release);
}

static bool check_privilege(struct check_context *context, const struct check *check,
			    struct check_result *result)
{
	(void)check;
	if (context->missing && geteuid() == 0)
		advise(result, ADVICE_CONFINED_ROOT);
	if (context->missing)
		return report(result, false, "uid %u lacks %s", geteuid(), context->missing);
	if (!in_namespace("/proc/self/ns/user", INITIAL_USERNS)) {
		/* The kernel asks for CAP_BPF in the initial user namespace only. */
		context->missing = "CAP_BPF";
		advise(result, "run it on the host itself, not in a user namespace");
		return report(result, false, "CAP_BPF only within a user namespace");
	}
	return report(result, true, "%s",
		      capable(context, CAP_SYS_ADMIN) ? "CAP_SYS_ADMIN" : "CAP_BPF, CAP_PERFMON");
}

static bool check_btf_given(struct check_context *context, struct check_result *result)
{
	struct error error;

	if (btf_check(context->btf_path, &error)) {
		advise(result, "give what was built with this very kernel, such as its vmlinux");
		return report(result, false, "%s", error.text);
	}
	context->btf = btf__parse(context->btf_path, NULL);
	return report(result, context->btf, "%s", context->btf_path);
}

static bool check_btf(struct check_context *context, const struct check *check,
		      struct check_result *result)
{
	char reason[64];

	(void)check;
	if (context->btf_path)
		return check_btf_given(context, result);
	if (access(VMLINUX_BTF, R_OK) < 0)
		return report(result, false, "%s: %s", VMLINUX_BTF, strerror(errno));
	context->btf = btf__parse(VMLINUX_BTF, NULL);
	if (!context->btf) {
		libbpf_strerror(errno, reason, sizeof(reason));
		return report(result, false, "%s: %s", VMLINUX_BTF, reason);
	}
	return report(result, true, "%s, %u types", VMLINUX_BTF, btf__type_cnt(context->btf));
}

static bool check_ring(struct check_context *context, const struct check *check,
		       struct check_result *result)
{
	_cleanup_close_ int fd = -1;

	(void)check;
	if (context->missing)
		return not_tested(result, context->missing);
	fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, (__u32)sysconf(_SC_PAGESIZE), NULL);
	return fd < 0 ? refused(result, errno) : report(result, true, "available");
}

/* The BTF id that a program for this tracepoint attaches to; the kernel's trace/bpf_probe.h. */
static int tracepoint_id(const struct btf *btf, const char *tracepoint)
{
	char name[64];

	snprintf(name, sizeof(name), "btf_trace_%s", tracepoint);
	return btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
}

static bool check_btf_tracepoint(struct check_context *context, const struct check *check,
				 struct check_result *result)
{
	if (!context->btf)
		return not_tested(result, "BTF");
	if (tracepoint_id(context->btf, check->arg) < 0)
		return report(result, false, "not in this kernel's BTF");
	return report(result, true, "available");
}

static bool check_load(struct check_context *context, const struct check *check,
		       struct check_result *result)
{
	/* r0 = 0; exit */
	static const struct bpf_insn program[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_RAW_TP);
	_cleanup_close_ int fd = -1;
	int id;

	if (context->missing)
		return not_tested(result, context->missing);
	if (context->btf_path)
		return report(result, true, "not needed with --btf");
	id = context->btf ? tracepoint_id(context->btf, check->arg) : -ENOENT;
	if (id < 0)
		return not_tested(result, "BTF");
	options.attach_btf_id = (__u32)id;
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "Dual MIT/GPL", program,
			   ARRAY_SIZE(program), &options);
	return fd < 0 ? refused(result, errno) : report(result, true, "a trial program loads");
}

static bool check_clock(struct check_context *context, const struct check *check,
			struct check_result *result)
{
	int answer;

	(void)check;
	if (context->missing)
		return not_tested(result, context->missing);
	answer =
		libbpf_probe_bpf_helper(BPF_PROG_TYPE_TRACEPOINT, BPF_FUNC_ktime_get_boot_ns, NULL);
	if (answer < 0)
		return refused(result, -answer);
	return report(result, answer > 0, answer > 0 ? "available" : "not in this kernel");
}

static bool check_lockdown(struct check_context *context, const struct check *check,
			   struct check_result *result)
{
	_cleanup_fclose_ FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	char modes[64] = "";
	char *mode, *end;

	(void)context;
	(void)check;
	/* The line is like "none [integrity] confidentiality": the brackets mark the mode. */
	mode = file && fgets(modes, sizeof(modes), file) ? strchr(modes, '[') : NULL;
	end = mode ? strchr(mode, ']') : NULL;
	if (!end)
		return report(result, true, "not reported by this kernel");
	*end = '\0';
	return report(result, strcmp(mode + 1, "confidentiality") != 0, "%s", mode + 1);
}

static bool check_tracefs(struct check_context *context, const struct check *check,
			  struct check_result *result)
{
	char events[64];

	(void)check;
	if (!context->tracefs)
		return report(result, false, "not mounted");
	snprintf(events, sizeof(events), "%s/events", context->tracefs);
	if (faccessat(AT_FDCWD, events, X_OK, AT_EACCESS) < 0) {
		advise(result, "run as root, or grant CAP_DAC_READ_SEARCH as well, or use "
			       "--no-syscalls");
		return report(result, false, "%s: %s", events, strerror(errno));
	}
	return report(result, true, "%s", context->tracefs);
}

static bool check_syscall_tracepoint(struct check_context *context, const struct check *check,
				     struct check_result *result)
{
	_cleanup_close_ int fd = -1;
	char path[128];

	if (!context->tracefs)
		return not_tested(result, "tracefs");
	snprintf(path, sizeof(path), "%s/events/syscalls/%s/id", context->tracefs, check->arg);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return report(result, true, "available");
	if (errno == ENOENT)
		return report(result, false, "not in this kernel");
	return not_tested(result, "to read tracefs");
}

/* A program for an iterator gets a struct of that name; the kernel's kernel/bpf/bpf_iter.c. */
static bool check_iterator(struct check_context *context, const struct check *check,
			   struct check_result *result)
{
	char name[64];

	if (context->btf_path)
		return report(result, false, "not with --btf");
	if (!context->btf)
		return not_tested(result, "BTF");
	snprintf(name, sizeof(name), "bpf_iter__%s", check->arg);
	if (btf__find_by_name_kind(context->btf, name, BTF_KIND_STRUCT) < 0)
		return report(result, false, "not in this kernel's BTF");
	return report(result, true, "available");
}

/* As iterators.c chooses. */
static bool check_map_iterator(struct check_context *context, const struct check *check,
			       struct check_result *result)
{
	int id = context->btf ? btf__find_by_name_kind(context->btf, "bpf_iter_bpf_map_elem",
						       BTF_KIND_FUNC)
			      : -ENOENT;

	if (id < 0 || context->btf_path)
		return check_iterator(context, check, result);
	if (context->missing)
		return not_tested(result, context->missing);
	if (kernel_refuses_iterator((__u32)id))
		return report(result, false, "refused by a security policy");
	return report(result, true, "available");
}

static bool check_task_storage(struct check_context *context, const struct check *check,
			       struct check_result *result)
{
	bool available;

	(void)check;
	if (context->missing)
		return not_tested(result, context->missing);
	available = kernel_has_task_storage();
	return report(result, available, "%s", available ? "available" : "not in this kernel");
}

/* As programs.c chooses. */
static bool check_dns(struct check_context *context, const struct check *check,
		      struct check_result *result)
{
	(void)check;
	if (context->btf_path)
		return report(result, false, "not with --btf");
	if (!context->btf)
		return not_tested(result, "BTF");
	if (context->missing)
		return not_tested(result, context->missing);
	if (tracepoint_id(context->btf, "sock_recv_length") < 0) {
		bool udp = tracepoint_id(context->btf, "consume_skb") >= 0;

		return report(result, false, "%s", udp ? "by UDP only" : "not seen");
	}
	if (tracepoint_id(context->btf, "sock_send_length") < 0 || !kernel_has_socket_storage())
		return report(result, false, "through connected sockets only");
	return report(result, true, "by UDP and TCP");
}

static bool check_memlock(struct check_context *context, const struct check *check,
			  struct check_result *result)
{
	struct rlimit limit;

	(void)check;
	if (kernel_version() >= KERNEL(5, 11))
		return report(result, true, "not limited since kernel 5.11");
	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return report(result, true, "not limited");
	return report(result, capable(context, CAP_SYS_RESOURCE), "%llu KiB%s",
		      (unsigned long long)limit.rlim_cur >> 10,
		      capable(context, CAP_SYS_RESOURCE) ? ", will be raised" : "");
}

static bool check_pidns(struct check_context *context, const struct check *check,
			struct check_result *result)
{
	bool initial = in_namespace("/proc/self/ns/pid", INITIAL_PIDNS);

	(void)context;
	(void)check;
	return report(result, initial, initial ? "the initial one" : "not the initial one");
}

static bool check_cgroup(struct check_context *context, const struct check *check,
			 struct check_result *result)
{
	char root[PATH_MAX];

	(void)context;
	(void)check;
	if (cgroup_root(root))
		return report(result, false, "not mounted");
	return report(result, true, "%s", root);
}

static bool check_cgroup1(struct check_context *context, const struct check *check,
			  struct check_result *result)
{
	static const char *const found[] = {
		[CGROUP1_NONE] = "version 2",
		[CGROUP1_PIDS] = "version 2, and version 1 by its pids controller",
		[CGROUP1_MEMORY] = "version 2, and version 1 by its memory controller",
		[CGROUP1_CPU] = "version 2, and version 1 by its cpu controller",
	};
	enum cgroup1 cgroup1 = kernel_cgroup1();

	(void)context;
	(void)check;
	return report(result, cgroup1 == CGROUP1_NONE, "%s", found[cgroup1]);
}

static bool check_audit(struct check_context *context, const struct check *check,
			struct check_result *result)
{
	bool available = kernel_has_audit();

	(void)context;
	(void)check;
	return report(result, available, "%s", available ? "available" : "not in this kernel");
}

const struct check checks[] = {
	{"kernel", check_kernel, NULL, CHECK_FAIL, false, true, BOOT_NEWER},
	{CHECK_PRIVILEGE, check_privilege, NULL, CHECK_FAIL, false, true, ADVICE_PRIVILEGE},
	{"BTF", check_btf, NULL, CHECK_FAIL, false, true, ADVICE_BTF},
	{"ring buffer", check_ring, NULL, CHECK_FAIL, false, true, BOOT_NEWER},
	{"tracepoint inet_sock_set_state", check_btf_tracepoint, "inet_sock_set_state", CHECK_FAIL,
	 false, false, "boot a kernel built with CONFIG_INET=y and BTF"},
	{"BTF tracepoint programs", check_load, "inet_sock_set_state", CHECK_FAIL, false, false,
	 "boot a kernel built with CONFIG_BPF_EVENTS=y"},
	{"bpf_ktime_get_boot_ns", check_clock, NULL, CHECK_FAIL, false, true, BOOT_NEWER},
	{"lockdown", check_lockdown, NULL, CHECK_FAIL, false, true,
	 "boot without lockdown=confidentiality: integrity mode is fine"},
	{"tracefs", check_tracefs, NULL, CHECK_FAIL, true, false, ADVICE_TRACEFS},
	{"tracepoint sys_enter_connect", check_syscall_tracepoint, "sys_enter_connect", CHECK_FAIL,
	 true, false, BOOT_SYSCALL},
	{"tracepoint sys_exit_connect", check_syscall_tracepoint, "sys_exit_connect", CHECK_FAIL,
	 true, false, BOOT_SYSCALL},
	{"tracepoint tcp_retransmit_skb", check_btf_tracepoint, "tcp_retransmit_skb", CHECK_WARN,
	 false, false, "nothing to do, but retries will not be seen"},
	{"tracepoint sched_process_fork", check_btf_tracepoint, "sched_process_fork", CHECK_WARN,
	 false, false, "nothing to do, but children of '-- COMMAND' will not be followed"},
	{"tracepoint sched_process_exit", check_btf_tracepoint, "sched_process_exit", CHECK_WARN,
	 false, false, "nothing to do, but ended children of '-- COMMAND' stay in the list"},
	{"iterator task_file", check_iterator, "task_file", CHECK_WARN, false, true,
	 "nothing to do, but what is open already is not known"},
	{"iterator tcp", check_iterator, "tcp", CHECK_WARN, false, false,
	 "nothing to do, but 'list --all' lacks what no process holds"},
	{"iterator bpf_map_elem", check_map_iterator, "bpf_map_elem", CHECK_WARN, false, false,
	 "nothing to do, but 'top' shows rates of what a process holds, not of MPTCP, and what a "
	 "skipped program missed is not searched for"},
	{"task storage", check_task_storage, NULL, CHECK_WARN, false, false,
	 "nothing to do, but a seccomp filter's answer on a socket used before will not be seen"},
	{"name servers' answers", check_dns, NULL, CHECK_WARN, false, false,
	 "nothing to do, but --dns lacks names by answers that come otherwise"},
	{"locked memory", check_memlock, NULL, CHECK_WARN, false, false,
	 "raise it before the start: ulimit -l unlimited"},
	{"pid namespace", check_pidns, NULL, CHECK_WARN, false, false,
	 "process ids are those of the initial pid namespace, not those seen in here"},
	{"cgroup v2", check_cgroup, NULL, CHECK_WARN, false, false,
	 "--cgroup needs it: mount -t cgroup2 none /mnt"},
	{"cgroup paths", check_cgroup1, NULL, CHECK_WARN, false, false,
	 "nothing to do, but a container or unit that only another hierarchy of version 1 has "
	 "(name=systemd) stays unknown"},
	{"login users", check_audit, NULL, CHECK_WARN, false, false,
	 "nothing to do, but who logged in stays unknown: the kernel was built without "
	 "CONFIG_AUDIT"},
};

const size_t n_checks = ARRAY_SIZE(checks);

_Static_assert(ARRAY_SIZE(checks) <= CHECKS_MAX, "raise CHECKS_MAX");
