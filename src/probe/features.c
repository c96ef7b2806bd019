// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "probe/checks.h"
#include "probe/features.h"
#include "probe/kernel.h"

/* By the system call, because glibc has no wrapper and libcap would be one more dependency. */
static uint64_t effective_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

	if (syscall(SYS_capget, &header, data) < 0)
		return 0;
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

static const char *missing_capability(const struct host *host)
{
	bool bpf = capable(host, CAP_BPF), perfmon = capable(host, CAP_PERFMON);

	if (capable(host, CAP_SYS_ADMIN) || (bpf && perfmon))
		return NULL;
	return !bpf && !perfmon ? "CAP_BPF and CAP_PERFMON" : bpf ? "CAP_PERFMON" : "CAP_BPF";
}

static void host_open(struct host *host, const char *btf_path)
{
	*host = (struct host){.btf_path = btf_path};
	host->capabilities = effective_capabilities();
	host->missing = missing_capability(host);
	host->tracefs = kernel_tracefs();
	/* A failed trial is an answer, not something for libbpf to complain about. */
	host->print = libbpf_set_print(NULL);
}

static void host_close(struct host *host)
{
	btf__free(host->btf);
	libbpf_set_print(host->print);
}

static void run_check(struct host *host, const struct check *check, struct feature *ret)
{
	*ret = (struct feature){.name = check->name};
	snprintf(ret->advice, sizeof(ret->advice), "%s", check->advice);
	if (check->run(host, check, ret))
		ret->advice[0] = '\0';
	else
		ret->status = check->failed;
}

size_t features_probe(struct feature features[static FEATURES_MAX], const char *btf_path)
{
	struct host host;

	host_open(&host, btf_path);
	for (size_t i = 0; i < n_checks; i++)
		run_check(&host, &checks[i], &features[i]);
	host_close(&host);
	return n_checks;
}

int features_explain(bool need_syscalls, const char *btf_path, struct error *reason)
{
	struct feature feature = {};
	struct host host;

	host_open(&host, btf_path);
	for (size_t i = 0; i < n_checks && feature.status != FEATURE_FAIL; i++)
		if (checks[i].failed == FEATURE_FAIL && (need_syscalls || !checks[i].syscalls))
			run_check(&host, &checks[i], &feature);
	host_close(&host);
	if (feature.status != FEATURE_FAIL)
		return 0;
	return error_set(reason, -ENOTSUP, "%s: %s; %s", feature.name, feature.found,
			 feature.advice);
}
