// SPDX-License-Identifier: MIT
#include "confine/capabilities.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int get(struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3])
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

	return syscall(SYS_capget, &header, caps) ? -errno : 0;
}

static int set(const struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3])
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

	return syscall(SYS_capset, &header, caps) ? -errno : 0;
}

bool capabilities_have(uint64_t wanted)
{
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

	return !get(caps) && !(wanted & ~((uint64_t)caps[1].effective << 32 | caps[0].effective));
}

/* What is not permitted any more cannot be handed on either: ambient ones go as well. */
int capabilities_keep(uint64_t kept)
{
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
	int err = get(caps);

	if (err)
		return err;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		caps[i].permitted &= (uint32_t)(kept >> 32 * i);
		caps[i].effective = caps[i].permitted;
		caps[i].inheritable = 0;
	}
	return set(caps);
}

int capabilities_suspend(void)
{
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
	int err = get(caps);

	for (int i = 0; !err && i < _LINUX_CAPABILITY_U32S_3; i++)
		caps[i].effective = 0;
	return err ? err : set(caps);
}

/* The kernel says EINVAL of the first number that it has no capability of. */
int capabilities_drop_bounding(void)
{
	for (unsigned long number = 0; number < 64; number++)
		if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0))
			return errno == EINVAL ? 0 : -errno;
	return 0;
}

int no_new_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}
