// SPDX-License-Identifier: MIT
/* Reads the minimal probe and prints each event as it comes, until SIGINT or SIGTERM. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include <bpf/libbpf.h>

#include "bench/minimal.h"
#include "minimal.skel.h"

static volatile sig_atomic_t stopping;

static void stop(int signal)
{
	(void)signal;
	stopping = 1;
}

static int print(void *ctx, void *data, size_t size)
{
	const struct minimal_event *event = data;

	(void)ctx;
	(void)size;
	printf("%llu pid=%u tid=%u proto=6\n", event->time_ns, event->pid, event->tid);
	fflush(stdout);
	return 0;
}

int main(void)
{
	struct minimal *object = minimal__open_and_load();
	struct ring_buffer *ring;
	int err = 0;

	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	if (!object || minimal__attach(object))
		return 1;
	ring = ring_buffer__new(bpf_map__fd(object->maps.events), print, NULL, NULL);
	if (!ring)
		return 1;
	fprintf(stderr, "minimal: tracing\n");
	while (!stopping && (err >= 0 || err == -EINTR))
		err = ring_buffer__poll(ring, -1);
	minimal__destroy(object);
	return 0;
}
