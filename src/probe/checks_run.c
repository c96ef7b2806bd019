// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "probe/checks_table.h"
#include "probe/checks.h"
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

static const char *missing_capability(const struct check_context *context)
{
	bool bpf = capable(context, CAP_BPF), perfmon = capable(context, CAP_PERFMON);

	if (capable(context, CAP_SYS_ADMIN) || (bpf && perfmon))
		return NULL;
	return !bpf && !perfmon ? "CAP_BPF and CAP_PERFMON" : bpf ? "CAP_PERFMON" : "CAP_BPF";
}

static void context_open(struct check_context *context, const char *btf_path)
{
	*context = (struct check_context){.btf_path = btf_path};
	context->capabilities = effective_capabilities();
	context->missing = missing_capability(context);
	context->tracefs = kernel_tracefs();
	/* A failed trial is an answer, not something for libbpf to complain about. */
	context->print = libbpf_set_print(NULL);
}

static void context_close(struct check_context *context)
{
	btf__free(context->btf);
	libbpf_set_print(context->print);
}

static void run_check(struct check_context *context, const struct check *check,
		      struct check_result *ret)
{
	*ret = (struct check_result){.name = check->name, .listing = check->listing};
	snprintf(ret->advice, sizeof(ret->advice), "%s", check->advice);
	if (check->run(context, check, ret))
		ret->advice[0] = '\0';
	else
		ret->status = check->failed;
}

size_t checks_run(struct check_result results[static CHECKS_MAX], const char *btf_path)
{
	struct check_context context;

	context_open(&context, btf_path);
	for (size_t i = 0; i < n_checks; i++)
		run_check(&context, &checks[i], &results[i]);
	context_close(&context);
	return n_checks;
}

static int refuse(const struct check_result *result, struct error *reason)
{
	return error_set(reason, -ENOTSUP, "%s: %s; %s", result->name, result->found,
			 result->advice);
}

int checks_explain(bool need_syscalls, const char *btf_path, struct error *reason)
{
	struct check_result result = {};
	struct check_context context;

	context_open(&context, btf_path);
	for (size_t i = 0; i < n_checks && result.status != CHECK_FAIL; i++)
		if (checks[i].failed == CHECK_FAIL && (need_syscalls || !checks[i].syscalls))
			run_check(&context, &checks[i], &result);
	context_close(&context);
	if (result.status != CHECK_FAIL)
		return 0;
	return refuse(&result, reason);
}

int checks_privilege(struct error *reason)
{
	struct check_context context;
	struct check_result result = {};

	context_open(&context, NULL);
	for (size_t i = 0; i < n_checks; i++)
		if (!strcmp(checks[i].name, CHECK_PRIVILEGE))
			run_check(&context, &checks[i], &result);
	context_close(&context);
	return result.status == CHECK_FAIL ? refuse(&result, reason) : 0;
}
