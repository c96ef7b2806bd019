// SPDX-License-Identifier: MIT
/* floor PROGRAM...: attaches these programs of floor.bpf.c until SIGINT or SIGTERM. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "floor.skel.h"

/* How often the ring is emptied: its 16 MiB last longer at the highest rate. */
#define DRAIN_US 50000

static volatile sig_atomic_t stopping;

static void stop(int signal)
{
	(void)signal;
	stopping = 1;
}

static int ignore(void *ctx, void *data, size_t size)
{
	(void)ctx;
	(void)data;
	(void)size;
	return 0;
}

static bool named(const char *name, char **names)
{
	while (*names)
		if (!strcmp(*names++, name))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct floor *object = floor__open();
	struct bpf_program *prog;
	struct ring_buffer *ring;

	(void)argc;
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	if (!object)
		return 1;
	bpf_object__for_each_program(prog, object->obj)
		bpf_program__set_autoload(prog, named(bpf_program__name(prog), argv + 1));
	if (floor__load(object) || floor__attach(object))
		return 1;
	ring = ring_buffer__new(bpf_map__fd(object->maps.events), ignore, NULL, NULL);
	if (!ring)
		return 1;
	fprintf(stderr, "floor: tracing\n");
	while (!stopping) {
		usleep(DRAIN_US);
		ring_buffer__consume(ring);
	}
	floor__destroy(object);
	return 0;
}
