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
#include "probe/checks.h"
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

static bool found(struct feature *feature, bool well, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool found(struct feature *feature, bool well, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(feature->found, sizeof(feature->found), format, args);
	va_end(args);
	return well;
}

static void advise(struct feature *feature, const char *advice)
{
	snprintf(feature->advice, sizeof(feature->advice), "%s", advice);
}

static bool in_namespace(const char *path, const char *name)
{
	char link[64] = "";

	/* Without /proc there is nothing to say, so nothing to complain about. */
	return readlink(path, link, sizeof(link) - 1) < 0 || strcmp(link, name) == 0;
}

/* Without the privilege, a trial would blame the kernel for what the process may not do. */
static bool not_tested(struct feature *feature, const char *needs)
{
	advise(feature, "mend that first");
	return found(feature, false, "not tested: needs %s", needs);
}

/* The kernel said no to a trial: because it cannot, or because somebody forbids it? */
static bool refused(struct feature *feature, int error)
{
	if (error == EPERM || error == EACCES)
		advise(feature, "bpf(2) is blocked: allow it in the seccomp profile or security "
				"policy of this container or service");
	return found(feature, false, "refused: %s", strerror(error));
}

static bool check_kernel(struct host *host, const struct check *check, struct feature *feature)
{
	struct utsname name;

	(void)host;
	(void)check;
	uname(&name);
	return found(feature, kernel_version() >= KERNEL(5, 8), "%s", name.release);
}

static bool check_privilege(struct host *host, const struct check *check, struct feature *feature)
{
	(void)check;
	if (host->missing && geteuid() == 0)
		advise(feature, ADVICE_CONFINED_ROOT);
	if (host->missing)
		return found(feature, false, "uid %u lacks %s", geteuid(), host->missing);
	if (!in_namespace("/proc/self/ns/user", INITIAL_USERNS)) {
		/* The kernel asks for CAP_BPF in the initial user namespace only. */
		host->missing = "CAP_BPF";
		advise(feature, "run it on the host itself, not in a user namespace");
		return found(feature, false, "CAP_BPF only within a user namespace");
	}
	return found(feature, true, "%s",
		     capable(host, CAP_SYS_ADMIN) ? "CAP_SYS_ADMIN" : "CAP_BPF, CAP_PERFMON");
}

static bool check_btf_given(struct host *host, struct feature *feature)
{
	struct error error;

	if (btf_check(host->btf_path, &error)) {
		advise(feature, "give what was built with this very kernel, such as its vmlinux");
		return found(feature, false, "%s", error.text);
	}
	host->btf = btf__parse(host->btf_path, NULL);
	return found(feature, host->btf, "%s", host->btf_path);
}

static bool check_btf(struct host *host, const struct check *check, struct feature *feature)
{
	char reason[64];

	(void)check;
	if (host->btf_path)
		return check_btf_given(host, feature);
	if (access(VMLINUX_BTF, R_OK) < 0)
		return found(feature, false, "%s: %s", VMLINUX_BTF, strerror(errno));
	host->btf = btf__parse(VMLINUX_BTF, NULL);
	if (!host->btf) {
		libbpf_strerror(errno, reason, sizeof(reason));
		return found(feature, false, "%s: %s", VMLINUX_BTF, reason);
	}
	return found(feature, true, "%s, %u types", VMLINUX_BTF, btf__type_cnt(host->btf));
}

static bool check_ring(struct host *host, const struct check *check, struct feature *feature)
{
	_cleanup_close_ int fd = -1;

	(void)check;
	if (host->missing)
		return not_tested(feature, host->missing);
	fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, (__u32)sysconf(_SC_PAGESIZE), NULL);
	return fd < 0 ? refused(feature, errno) : found(feature, true, "available");
}

/* The BTF id that a program for this tracepoint attaches to; the kernel's trace/bpf_probe.h. */
static int tracepoint_id(const struct btf *btf, const char *tracepoint)
{
	char name[64];

	snprintf(name, sizeof(name), "btf_trace_%s", tracepoint);
	return btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
}

static bool check_btf_tracepoint(struct host *host, const struct check *check,
				 struct feature *feature)
{
	if (!host->btf)
		return not_tested(feature, "BTF");
	if (tracepoint_id(host->btf, check->arg) < 0)
		return found(feature, false, "not in this kernel's BTF");
	return found(feature, true, "available");
}

static bool check_load(struct host *host, const struct check *check, struct feature *feature)
{
	/* r0 = 0; exit */
	static const struct bpf_insn program[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_RAW_TP);
	_cleanup_close_ int fd = -1;
	int id;

	if (host->missing)
		return not_tested(feature, host->missing);
	if (host->btf_path)
		return found(feature, true, "not needed with --btf");
	id = host->btf ? tracepoint_id(host->btf, check->arg) : -ENOENT;
	if (id < 0)
		return not_tested(feature, "BTF");
	options.attach_btf_id = (__u32)id;
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "Dual MIT/GPL", program,
			   ARRAY_SIZE(program), &options);
	return fd < 0 ? refused(feature, errno) : found(feature, true, "a trial program loads");
}

static bool check_clock(struct host *host, const struct check *check, struct feature *feature)
{
	int answer;

	(void)check;
	if (host->missing)
		return not_tested(feature, host->missing);
	answer =
		libbpf_probe_bpf_helper(BPF_PROG_TYPE_TRACEPOINT, BPF_FUNC_ktime_get_boot_ns, NULL);
	if (answer < 0)
		return refused(feature, -answer);
	return found(feature, answer > 0, answer > 0 ? "available" : "not in this kernel");
}

static bool check_lockdown(struct host *host, const struct check *check, struct feature *feature)
{
	_cleanup_fclose_ FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	char modes[64] = "";
	char *mode, *end;

	(void)host;
	(void)check;
	/* The line is like "none [integrity] confidentiality": the brackets mark the mode. */
	mode = file && fgets(modes, sizeof(modes), file) ? strchr(modes, '[') : NULL;
	end = mode ? strchr(mode, ']') : NULL;
	if (!end)
		return found(feature, true, "not reported by this kernel");
	*end = '\0';
	return found(feature, strcmp(mode + 1, "confidentiality") != 0, "%s", mode + 1);
}

static bool check_tracefs(struct host *host, const struct check *check, struct feature *feature)
{
	char events[64];

	(void)check;
	if (!host->tracefs)
		return found(feature, false, "not mounted");
	snprintf(events, sizeof(events), "%s/events", host->tracefs);
	if (faccessat(AT_FDCWD, events, X_OK, AT_EACCESS) < 0) {
		advise(feature, "run as root, or grant CAP_DAC_READ_SEARCH as well, or use "
				"--no-syscalls");
		return found(feature, false, "%s: %s", events, strerror(errno));
	}
	return found(feature, true, "%s", host->tracefs);
}

static bool check_syscall_tracepoint(struct host *host, const struct check *check,
				     struct feature *feature)
{
	_cleanup_close_ int fd = -1;
	char path[128];

	if (!host->tracefs)
		return not_tested(feature, "tracefs");
	snprintf(path, sizeof(path), "%s/events/syscalls/%s/id", host->tracefs, check->arg);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return found(feature, true, "available");
	if (errno == ENOENT)
		return found(feature, false, "not in this kernel");
	return not_tested(feature, "to read tracefs");
}

static bool check_task_storage(struct host *host, const struct check *check,
			       struct feature *feature)
{
	bool available;

	(void)check;
	if (host->missing)
		return not_tested(feature, host->missing);
	available = kernel_has_task_storage();
	return found(feature, available, "%s", available ? "available" : "not in this kernel");
}

static bool check_memlock(struct host *host, const struct check *check, struct feature *feature)
{
	struct rlimit limit;

	(void)check;
	if (kernel_version() >= KERNEL(5, 11))
		return found(feature, true, "not limited since kernel 5.11");
	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return found(feature, true, "not limited");
	return found(feature, capable(host, CAP_SYS_RESOURCE), "%llu KiB%s",
		     (unsigned long long)limit.rlim_cur >> 10,
		     capable(host, CAP_SYS_RESOURCE) ? ", will be raised" : "");
}

static bool check_pidns(struct host *host, const struct check *check, struct feature *feature)
{
	bool initial = in_namespace("/proc/self/ns/pid", INITIAL_PIDNS);

	(void)host;
	(void)check;
	return found(feature, initial, initial ? "the initial one" : "not the initial one");
}

static bool check_cgroup(struct host *host, const struct check *check, struct feature *feature)
{
	char root[PATH_MAX];

	(void)host;
	(void)check;
	if (cgroup_root(root))
		return found(feature, false, "not mounted");
	return found(feature, true, "%s", root);
}

const struct check checks[] = {
	{"kernel", check_kernel, NULL, FEATURE_FAIL, false, BOOT_NEWER},
	{"privilege", check_privilege, NULL, FEATURE_FAIL, false, ADVICE_PRIVILEGE},
	{"BTF", check_btf, NULL, FEATURE_FAIL, false, ADVICE_BTF},
	{"ring buffer", check_ring, NULL, FEATURE_FAIL, false, BOOT_NEWER},
	{"tracepoint inet_sock_set_state", check_btf_tracepoint, "inet_sock_set_state",
	 FEATURE_FAIL, false, "boot a kernel built with CONFIG_INET=y and BTF"},
	{"BTF tracepoint programs", check_load, "inet_sock_set_state", FEATURE_FAIL, false,
	 "boot a kernel built with CONFIG_BPF_EVENTS=y"},
	{"bpf_ktime_get_boot_ns", check_clock, NULL, FEATURE_FAIL, false, BOOT_NEWER},
	{"lockdown", check_lockdown, NULL, FEATURE_FAIL, false,
	 "boot without lockdown=confidentiality: integrity mode is fine"},
	{"tracefs", check_tracefs, NULL, FEATURE_FAIL, true, ADVICE_TRACEFS},
	{"tracepoint sys_enter_connect", check_syscall_tracepoint, "sys_enter_connect",
	 FEATURE_FAIL, true, BOOT_SYSCALL},
	{"tracepoint sys_exit_connect", check_syscall_tracepoint, "sys_exit_connect", FEATURE_FAIL,
	 true, BOOT_SYSCALL},
	{"tracepoint tcp_retransmit_skb", check_btf_tracepoint, "tcp_retransmit_skb", FEATURE_WARN,
	 false, "nothing to do, but retries will not be seen"},
	{"tracepoint sched_process_fork", check_btf_tracepoint, "sched_process_fork", FEATURE_WARN,
	 false, "nothing to do, but children of '-- COMMAND' will not be followed"},
	{"tracepoint sched_process_exit", check_btf_tracepoint, "sched_process_exit", FEATURE_WARN,
	 false, "nothing to do, but ended children of '-- COMMAND' stay in the list"},
	{"task storage", check_task_storage, NULL, FEATURE_WARN, false,
	 "nothing to do, but a seccomp filter's answer on a socket used before will not be seen"},
	{"locked memory", check_memlock, NULL, FEATURE_WARN, false,
	 "raise it before the start: ulimit -l unlimited"},
	{"pid namespace", check_pidns, NULL, FEATURE_WARN, false,
	 "process ids are those of the initial pid namespace, not those seen in here"},
	{"cgroup v2", check_cgroup, NULL, FEATURE_WARN, false,
	 "--cgroup needs it: mount -t cgroup2 none /mnt"},
};

const size_t n_checks = ARRAY_SIZE(checks);

_Static_assert(ARRAY_SIZE(checks) <= FEATURES_MAX, "raise FEATURES_MAX");
