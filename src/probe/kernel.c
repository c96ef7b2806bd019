// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include <bpf/libbpf.h>
#include <linux/magic.h>

#include "probe/kernel.h"
#include "util/array.h"

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

bool kernel_preempts(void)
{
	return kernel_version() >= KERNEL(7, 0);
}
