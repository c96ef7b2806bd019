// SPDX-License-Identifier: MIT
#include "confine/syscalls.h"

#include <errno.h>

/* A tree of comparisons (libseccomp 2.5): in a list, the last call is a hundred steps away. */
#define OPTIMIZE_TREE 2

static int set_up(scmp_filter_ctx filter)
{
	int err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, OPTIMIZE_TREE);

	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	/* The kernel's own errno, and not ECANCELED for all of them. */
	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	/* Its flags lie where no filter can look: so glibc takes clone(2) to make a thread. */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return err;
}

static int add_rule(scmp_filter_ctx filter, const struct syscall_rule *rule)
{
	const struct scmp_arg_cmp comparison = {
		.arg = rule->argument,
		.op = SCMP_CMP_MASKED_EQ,
		.datum_a = rule->mask,
		.datum_b = rule->value,
	};

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rule->call, 1, &comparison);
}

int syscalls_allow(const int *calls, size_t n_calls, const struct syscall_rule *rules,
		   size_t n_rules)
{
	scmp_filter_ctx filter;
	int err;

	if (SYSCALLS_FREE)
		return 0;
	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return -ENOMEM;
	err = set_up(filter);
	for (size_t i = 0; !err && i < n_calls; i++)
		if (calls[i] >= 0)
			err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	for (size_t i = 0; !err && i < n_rules; i++)
		if (rules[i].call >= 0)
			err = add_rule(filter, &rules[i]);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}
