// SPDX-License-Identifier: MIT
#include "containers/containers.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "containers/helper.h"
#include "containers/names.h"
#include "util/apart.h"
#include "util/clock.h"
#include "util/log.h"

struct containers {
	struct apart apart;	 /* fd -1: the process has ended */
	unsigned int vain;	 /* waits */
	unsigned int unanswered; /* questions */
	containers_fn *answered;
	void *ctx;
};

int containers_start(const char *root, containers_fn *answered, void *ctx, struct containers **ret)
{
	struct containers *containers = malloc(sizeof(*containers));
	int err;

	if (!containers)
		return -ENOMEM;
	*containers = (struct containers){.answered = answered, .ctx = ctx};
	err = apart_start("tpconnect-names", -1, helper_run, (void *)root, &containers->apart);
	if (err) {
		free(containers);
		return err;
	}
	*ret = containers;
	return 0;
}

void containers_stop(struct containers *containers)
{
	if (!containers)
		return;
	apart_stop(&containers->apart);
	free(containers);
}

static void give_up(struct containers *containers)
{
	log_warning("the process that looks up names of containers has ended: from now on there "
		    "are none");
	apart_close(&containers->apart);
	containers->unanswered = 0;
}

static const char *known(const char *name)
{
	return *name ? name : NULL;
}

static void tell(const struct containers *containers, const struct container_answer *answer)
{
	const struct cgroup named = {
		.key = answer->key,
		.container_name = known(answer->names.container_name),
		.image_name = known(answer->names.image_name),
		.pod_name = known(answer->names.pod_name),
		.pod_namespace = known(answer->names.pod_namespace),
		.pod_container = known(answer->names.pod_container),
	};

	containers->answered(containers->ctx, &named);
}

/* Calls answered() for the next answer, and sets *ret_key. False: none has come. */
static bool take_one(struct containers *containers, struct cgroup_key *ret_key)
{
	struct container_answer answer;
	ssize_t n = recv(containers->apart.fd, &answer, sizeof(answer), MSG_DONTWAIT);

	if (n == (ssize_t)sizeof(answer)) {
		*ret_key = answer.key;
		containers->unanswered--;
		tell(containers, &answer);
		return true;
	}
	if (n >= 0 || (errno != EAGAIN && errno != EINTR))
		give_up(containers);
	return false;
}

void containers_take(struct containers *containers)
{
	struct cgroup_key key;

	while (containers->unanswered && take_one(containers, &key))
		;
}

void containers_finish(struct containers *containers, int ms)
{
	uint64_t now = clock_now_ns(CLOCK_MONOTONIC);
	const uint64_t end = now + (uint64_t)ms * NSEC_PER_MSEC;
	struct pollfd pollfd = {.fd = containers->apart.fd, .events = POLLIN};

	for (; containers->unanswered && now < end; now = clock_now_ns(CLOCK_MONOTONIC))
		if (poll(&pollfd, 1, (int)((end - now) / NSEC_PER_MSEC) + 1) > 0)
			containers_take(containers);
}

/* Takes what comes until then. Returns whether the answer has come. */
static bool await_until(struct containers *containers, const struct cgroup_key *key, uint64_t end)
{
	uint64_t now = clock_now_ns(CLOCK_MONOTONIC);
	struct pollfd pollfd = {.fd = containers->apart.fd, .events = POLLIN};
	struct cgroup_key answered;

	for (; now < end && containers->apart.fd >= 0; now = clock_now_ns(CLOCK_MONOTONIC)) {
		if (poll(&pollfd, 1, (int)((end - now) / NSEC_PER_MSEC) + 1) <= 0)
			continue;
		while (containers->unanswered && take_one(containers, &answered))
			if (!memcmp(&answered, key, sizeof(*key)))
				return true;
	}
	return false;
}

/* Returns whether the answer has come. */
static bool await(struct containers *containers, const struct cgroup_key *key,
		  containers_wait_fn *may_wait)
{
	uint64_t end = clock_now_ns(CLOCK_MONOTONIC);

	for (int ms = 0; ms < CONTAINERS_WAIT_MS; ms += CONTAINERS_SLICE_MS) {
		if (!may_wait(containers->ctx))
			return false;
		end += CONTAINERS_SLICE_MS * NSEC_PER_MSEC;
		if (await_until(containers, key, end))
			return true;
		if (containers->apart.fd < 0)
			return false;
	}
	if (++containers->vain == CONTAINERS_WAITS_MAX)
		log_debug("names of containers are slow to come: they are no longer waited for");
	return false;
}

/* False: there is nothing to ask for. */
static bool make_question(const struct cgroup *cgroup, struct container_question *ret)
{
	const char *id = cgroup->container_id, *uid = cgroup->pod_uid, *runtime = cgroup->runtime;

	memset(ret, 0, sizeof(*ret));
	ret->key = cgroup->key;
	if (id && strlen(id) == CONTAINER_ID_LEN)
		strcpy(ret->id, id);
	if (uid && strlen(uid) <= POD_UID_LEN)
		strcpy(ret->pod_uid, uid);
	if (runtime)
		snprintf(ret->runtime, sizeof(ret->runtime), "%s", runtime);
	return *ret->id || *ret->pod_uid;
}

bool containers_ask(struct containers *containers, const struct cgroup *cgroup,
		    containers_wait_fn *may_wait)
{
	struct container_question question;

	if (containers->apart.fd < 0 || !make_question(cgroup, &question))
		return false;
	if (send(containers->apart.fd, &question, sizeof(question), MSG_DONTWAIT | MSG_NOSIGNAL) <
	    0) {
		if (errno != EAGAIN && errno != EINTR)
			give_up(containers);
		return false;
	}
	containers->unanswered++;
	return containers->vain >= CONTAINERS_WAITS_MAX ||
	       !await(containers, &cgroup->key, may_wait);
}
