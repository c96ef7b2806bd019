// SPDX-License-Identifier: MIT
#include "engine/rights.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <unistd.h>

#include "confine/capabilities.h"
#include "confine/confine.h"
#include "probe/loader.h"
#include "util/log.h"

static int is_askable(void *ctx)
{
	return probe_is_askable(ctx);
}

static bool may_change_user(void)
{
	return capabilities_have(CAPABILITY(CAP_SETUID) | CAPABILITY(CAP_SETGID));
}

bool rights_change_user(const struct rights *rights)
{
	if (!rights->drop)
		return false;
	return rights->named ? rights->uid != geteuid() : !geteuid() && may_change_user();
}

static void say_user(const struct rights *rights, int err)
{
	if (rights->named)
		log_error("cannot become %s: %s; leave --user out to stay who it is, without "
			  "capabilities",
			  rights->user, strerror(-err));
	else
		log_warning("cannot become %s: %s; it goes on as user %u, without capabilities",
			    rights->user, strerror(-err), geteuid());
}

/* What can be done without is told to who asks for more. */
static void say_done(const struct confined *done)
{
	log_debug("user %u, group %u, capabilities: %s", geteuid(), getegid(),
		  done->kept ? "CAP_BPF, which this kernel asks for to tell what is counted"
			     : "none");
	if (done->bounding_err)
		log_debug("the bounding set of capabilities stays what it is: %s",
			  strerror(-done->bounding_err));
	if (done->landlock < 0)
		log_debug("no Landlock: %s; files are what the user may open",
			  strerror(-done->landlock));
	else
		log_debug("Landlock of version %d", done->landlock);
	if (done->syscalls_err)
		log_warning("cannot restrict system calls: %s; this kernel or container lets no "
			    "process do so",
			    strerror(-done->syscalls_err));
}

enum exit_status rights_drop(const struct request *request, struct probe *probe)
{
	const struct rights *rights = &request->rights;
	struct landlock_place places[RIGHTS_PLACES_MAX];
	struct confinement confinement = {
		.change_user = rights_change_user(rights),
		.uid = rights->uid,
		.gid = rights->gid,
		.places = places,
		.works = is_askable,
		.ctx = probe,
		.spare = CAPABILITY(CAP_BPF),
	};
	struct confined done;
	struct error error;

	for (size_t i = 0; i < RIGHTS_PLACES_MAX && rights->written[i]; i++)
		places[confinement.n_places++] = (struct landlock_place){rights->written[i], true};
	if (confine(&confinement, &done, &error)) {
		log_error("%s", error.text);
		return STATUS_FAILED;
	}
	/* A container's root may have lost the right to. */
	if (!rights->named && !geteuid() && !confinement.change_user)
		done.user_err = -EPERM;
	if (done.user_err)
		say_user(rights, done.user_err);
	if (done.user_err && rights->named)
		return STATUS_FAILED;
	say_done(&done);
	return STATUS_DONE;
}
