// SPDX-License-Identifier: MIT
#include "confine/confine.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "confine/allowed.h"
#include "confine/capabilities.h"
#include "confine/syscalls.h"

/* More than any command has. */
#define PLACES_MAX 8

/* Capabilities stay permitted until they are given up one by one. Returns 0 or -errno. */
static int become(uid_t uid, gid_t gid)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setgroups(0, NULL) || setresgid(gid, gid, gid) ||
	    setresuid(uid, uid, uid))
		return -errno;
	return 0;
}

/* What works() asks for decides: which kernel is how strict is nothing to be guessed. */
static int drop_capabilities(const struct confinement *confinement, struct confined *ret,
			     struct error *error)
{
	int err = capabilities_suspend();

	ret->kept = 0;
	if (!err && confinement->works(confinement->ctx) == -EPERM)
		ret->kept = confinement->spare;
	if (!err)
		err = capabilities_keep(ret->kept);
	if (err)
		return error_set(error, err, "cannot give up capabilities: %s", strerror(-err));
	err = confinement->works(confinement->ctx);
	return err ? error_set(error, err,
			       "without capabilities, the kernel answers bpf(2) with: %s",
			       strerror(-err))
		   : 0;
}

static int enter_landlock(const struct confinement *confinement)
{
	struct landlock_place places[PLACES_MAX] = {{"/proc", false}};
	size_t n = confinement->n_places;

	if (n >= PLACES_MAX)
		return -E2BIG;
	if (n)
		memcpy(places + 1, confinement->places, n * sizeof(*places));
	return landlock_enter(places, n + 1);
}

int confine(const struct confinement *confinement, struct confined *ret, struct error *error)
{
	int err;

	ret->bounding_err = capabilities_drop_bounding();
	ret->user_err = confinement->change_user ? become(confinement->uid, confinement->gid) : 0;
	err = drop_capabilities(confinement, ret, error);
	if (err)
		return err;
	err = no_new_privileges();
	if (err)
		return error_set(error, err, "cannot give up new privileges: %s", strerror(-err));
	/* Other processes of the user could take the descriptors of maps. */
	prctl(PR_SET_DUMPABLE, SYSCALLS_FREE, 0, 0, 0);
	ret->landlock = enter_landlock(confinement);
	ret->syscalls_err = allowed_enter();
	return 0;
}
