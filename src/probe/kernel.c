// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/magic.h>

#include "probe/kernel.h"
#include "util/array.h"
#include "util/cleanup.h"

unsigned int kernel_version(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	return KERNEL(major, minor);
}

const char *kernel_tracefs(void)
{
	static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	struct statfs fs;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (statfs(places[i], &fs) == 0 && fs.f_type == TRACEFS_MAGIC)
			return places[i];
	return NULL;
}

bool kernel_has_task_storage(void)
{
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_TRACEPOINT, BPF_FUNC_task_storage_get, NULL) >
	       0;
}

bool kernel_has_socket_storage(void)
{
	return libbpf_probe_bpf_map_type(BPF_MAP_TYPE_SK_STORAGE, NULL) > 0;
}

bool kernel_refuses_iterator(__u32 type_id)
{
	/* r0 = 0; exit */
	static const struct bpf_insn program[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_ITER,
		    .attach_btf_id = type_id);
	_cleanup_close_ int fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "Dual MIT/GPL", program,
					       ARRAY_SIZE(program), &options);

	return fd < 0 && (errno == EPERM || errno == EACCES);
}

bool kernel_has_audit(void)
{
	return !access("/proc/self/loginuid", F_OK) || access("/proc/self", F_OK) != 0;
}

bool kernel_preempts(void)
{
	return kernel_version() >= KERNEL(7, 0);
}

enum cgroup1 kernel_cgroup1(void)
{
	static const char *const names[] = {
		[CGROUP1_PIDS] = "pids",
		[CGROUP1_MEMORY] = "memory",
		[CGROUP1_CPU] = "cpu",
	};
	_cleanup_fclose_ FILE *controllers = fopen("/proc/cgroups", "re");
	enum cgroup1 found = CGROUP1_NONE;
	char line[128], name[32];
	int hierarchy;

	while (controllers && fgets(line, sizeof(line), controllers)) {
		if (sscanf(line, "%31s %d", name, &hierarchy) != 2 || !hierarchy)
			continue; /* its head, and those of version 2 */
		for (unsigned int i = CGROUP1_PIDS; i < ARRAY_SIZE(names); i++)
			if (!strcmp(name, names[i]) && (!found || i < found))
				found = i;
	}
	return found;
}
