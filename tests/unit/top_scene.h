/* SPDX-License-Identifier: MIT */
/*
 * For tests: a host that connects, second by second, as src/top sees it: a web server whose
 * database refuses it now and then, a browser, what was open before, names that are hostile.
 */
#ifndef UNIT_TOP_SCENE_H
#define UNIT_TOP_SCENE_H

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "top/view.h"
#include "util/array.h"
#include "util/clock.h"

/* 2026-11-26T21:40:26Z, when tracing began, by `date -u -d 2026-11-26T21:40:26Z +%s`. */
#define SCENE_EPOCH_NS (1795729226ll * 1000000000)
#define SCENE_BEGIN_NS (1000 * NSEC_PER_SEC) /* after boot */
#define SCENE_SECONDS  252
#define SCENE_OPEN     37 /* connections were open before */

struct scene_maker {
	const char *comm, *exe, *unit, *cgroup, *container;
	uint32_t pid, uid;
	uint8_t family;
	uint8_t addr[16];
	uint16_t port;
};

enum scene_who {
	WEB,
	WEB_OTHER,
	CURL,
	NODE,
	NODE_OTHER,
	POOL,
	NOBODY,
	HOSTILE,
	WIDE,
	SCENE_MAKERS
};

#define IPV4(a, b, c, d)                                                                           \
	{                                                                                          \
		[10] = 0xff, 0xff, a, b, c, d                                                      \
	}

static const struct scene_maker scene_makers[SCENE_MAKERS] = {
	[WEB] = {"nginx", "/usr/sbin/nginx", "nginx.service", "/system.slice/nginx.service", NULL,
		 8120, 33, 4, IPV4(10, 0, 3, 7), 5432},
	[WEB_OTHER] = {"nginx", "/usr/sbin/nginx", "nginx.service", "/system.slice/nginx.service",
		       NULL, 8121, 33, 4, IPV4(10, 0, 3, 8), 5432},
	[CURL] = {"curl", "/usr/bin/curl", NULL, "/docker/3f9c2a17be01",
		  "3f9c2a17be010375b48a72e3aa54f64b3f9c2a17be010375b48a72e3aa54f64b", 26161, 0, 4,
		  IPV4(203, 0, 113, 9), 443},
	[NODE] = {"node",
		  "/usr/local/bin/node",
		  NULL,
		  "/docker/77d0e51a9c22",
		  "77d0e51a9c220375b48a72e3aa54f64b3f9c2a17be010375b48a72e3aa54f64b",
		  14410,
		  1000,
		  6,
		  {0x20, 0x01, 0x0d, 0xb8, [15] = 7},
		  443},
	[NODE_OTHER] = {"node", "/usr/local/bin/node", NULL, "/docker/77d0e51a9c22",
			"77d0e51a9c220375b48a72e3aa54f64b3f9c2a17be010375b48a72e3aa54f64b", 14410,
			1000, 4, IPV4(10, 0, 7, 9), 6379},
	[POOL] = {"pgbouncer", "/usr/sbin/pgbouncer", "pgbouncer.service",
		  "/system.slice/pgbouncer.service", NULL, 911, 105, 4, IPV4(10, 0, 3, 7), 5432},
	[NOBODY] = {NULL, NULL, NULL, NULL, NULL, 0, 0, 4, IPV4(10, 0, 9, 1), 2049},
	[HOSTILE] = {"a\033[2J\nb\t\xff\xc2\x9b",
		     "/tmp/\033]0;x\007\xe2\x80\x8d/evil",
		     NULL,
		     "/user.slice",
		     NULL,
		     4194304,
		     4294967295u,
		     6,
		     {0xfe, 0x80, [8] = 0xde, 0xad, 0xbe, 0xef, 0xde, 0xad, 0xbe, 0xef},
		     65535},
	[WIDE] = {"\xe6\xbc\xa2\xe5\xad\x97"
		  "e\xcc\x81",
		  "/opt/\xe6\xbc\xa2\xe5\xad\x97", NULL, "/user.slice/user-1000.slice", NULL, 777,
		  1000, 4, IPV4(192, 0, 2, 80), 80},
};

struct scene {
	struct live *live;
	uint64_t now_ns, next_id;
	uint64_t ids[4][5]; /* of connections that end */
};

static inline struct event scene_event(const struct scene *scene, enum scene_who who,
				       enum event_kind kind, uint64_t id)
{
	const struct scene_maker *maker = &scene_makers[who];
	static struct image image;
	static struct cgroup cgroup;
	struct event event = {
		.kind = kind,
		.has = EVENT_HAS_RETRIES | EVENT_HAS_SRC,
		.time_ns = scene->now_ns,
		.start_ns = id,
		.pid = maker->pid,
		.uid = maker->uid,
		.process_start_ns = 7,
		.family = maker->family,
		.dst.port = maker->port,
		.src = {.addr = IPV4(10, 0, 1, 2), .port = (uint16_t)(40000 + id % 25000)},
		.image = &image,
		.cgroup = &cgroup,
	};

	memcpy(event.dst.addr, maker->addr, sizeof(maker->addr));
	if (maker->family == 6)
		memcpy(event.src.addr, (uint8_t[16]){0x20, 0x01, 0x0d, 0xb8, [15] = 1}, 16);
	image = (struct image){.exe = maker->exe};
	cgroup = (struct cgroup){
		.path = maker->cgroup, .unit = maker->unit, .container_id = maker->container};
	if (maker->comm) {
		event.has |= EVENT_HAS_PROCESS | EVENT_HAS_CGROUP;
		event.cgroup_id = who + 1;
		strncpy(event.comm, maker->comm, sizeof(event.comm) - 1);
	}
	return event;
}

static inline void scene_send(struct scene *scene, struct event event)
{
	live_event(scene->live, &event);
}

/* Returns the connection's id. Its attempt began so long ago as the handshake took. */
static inline uint64_t scene_connect(struct scene *scene, enum scene_who who, uint64_t latency_ns)
{
	uint64_t id = scene->next_id++;
	struct event event = scene_event(scene, who, EVENT_CONNECT, id);

	event.time_ns -= latency_ns;
	scene_send(scene, event);
	event = scene_event(scene, who, EVENT_ESTABLISHED, id);
	event.has |= EVENT_HAS_LATENCY;
	event.latency_ns = latency_ns;
	scene_send(scene, event);
	return id;
}

static inline void scene_fail(struct scene *scene, enum scene_who who, uint16_t error,
			      uint64_t latency_ns, uint32_t retries)
{
	uint64_t id = scene->next_id++;
	struct event event = scene_event(scene, who, EVENT_CONNECT, id);

	event.time_ns -= latency_ns;
	if (error != ENETUNREACH)
		scene_send(scene, event);
	for (uint32_t i = 1; i <= retries; i++) {
		event = scene_event(scene, who, EVENT_RETRY, id);
		event.retries = i;
		scene_send(scene, event);
	}
	event = scene_event(scene, who, EVENT_FAILED, id);
	event.has |= EVENT_HAS_ERROR | (latency_ns ? EVENT_HAS_LATENCY : 0);
	event.error = error;
	event.latency_ns = latency_ns;
	event.retries = retries;
	event.not_sent = error == ENETUNREACH;
	if (event.not_sent)
		event.has &= ~(uint32_t)EVENT_HAS_SRC;
	scene_send(scene, event);
}

static inline void scene_open(struct scene *scene, enum scene_who who, uint8_t state,
			      uint32_t holders)
{
	struct event event = scene_event(scene, who, EVENT_OPEN, scene->next_id++);

	event.preexisting = true;
	event.has |= holders ? EVENT_HAS_HOLDERS : 0;
	event.holders = holders;
	event.open.direction = DIRECTION_OUT;
	event.open.state = state;
	event.open.held = holders;
	scene_send(scene, event);
}

static inline void scene_close(struct scene *scene, enum scene_who who, uint64_t id)
{
	struct event event = scene_event(scene, who, EVENT_CLOSE, id);

	event.bytes_sent = 1200;
	event.bytes_received = 86000;
	event.duration_ns = NSEC_PER_SEC;
	event.has |= EVENT_HAS_DURATION;
	scene_send(scene, event);
}

static inline void scene_gauge(struct scene *scene, uint64_t id, uint8_t state, uint64_t tx,
			       uint64_t rx, uint64_t idle_ns, uint32_t retransmits)
{
	const struct gauge gauge = {.start_ns = id,
				    .state = state,
				    .bytes_sent = tx,
				    .bytes_received = rx,
				    .idle_ns = idle_ns,
				    .retransmits = retransmits,
				    .rtt_us = 200 + (uint32_t)(id % 7) * 100};

	live_gauge(scene->live, &gauge);
}

/* Connections of a second live for four; one of every eighth second stays. */
static inline void scene_second(struct scene *scene, unsigned int i)
{
	uint64_t *ids = scene->ids[i % 4];

	for (unsigned int n = 0; n < ARRAY_SIZE(scene->ids[0]); n++) {
		enum scene_who who = n < 3 ? WEB : WEB_OTHER;

		if (ids[n])
			scene_close(scene, who, ids[n]);
		ids[n] = scene_connect(scene, who, 280000 + n * 40000 + i % 13 * 9000);
	}
	if (i % 8 == 0)
		ids[i / 8 % 5] = 0;
	if (i % 6 == 0)
		scene_connect(scene, NODE, (12 + i % 20) * NSEC_PER_MSEC);
	if (i % 50 == 40)
		scene_connect(scene, NODE_OTHER, 2 * NSEC_PER_MSEC);
	if (i % 90 == 60)
		scene_connect(scene, WEB, 214 * NSEC_PER_MSEC);
	if (i % 25 == 1)
		scene_fail(scene, CURL, ENETUNREACH, 0, 0);
	for (unsigned int n = 0; i % 40 == 30 && n < 3 + i % 7; n++)
		scene_fail(scene, WEB, ECONNREFUSED, 24000, 0);
}

/* What can be seen at the moment that is shown. */
static inline void scene_last_second(struct scene *scene)
{
	struct event event = scene_event(scene, WEB, EVENT_CONNECT, scene->next_id++);

	event.time_ns -= 2100 * NSEC_PER_MSEC;
	scene_send(scene, event);
	event.kind = EVENT_RETRY;
	event.retries = 2;
	event.time_ns = scene->now_ns;
	scene_send(scene, event);
	scene_fail(scene, WEB, ETIMEDOUT, 3100 * NSEC_PER_MSEC, 2);
	scene_fail(scene, WEB, ECONNREFUSED, 24000, 0);
	scene_fail(scene, WEB, ECONNREFUSED, 19000, 0);
}

/* What the oldest connections have carried by second i. */
static inline void scene_gauges(struct scene *scene, unsigned int i)
{
	for (uint64_t id = 1; id <= SCENE_OPEN; id++)
		scene_gauge(scene, id, id % 12 == 1 ? TCP_CLOSE_WAIT : TCP_ESTABLISHED,
			    id * 40000000 + i * id % 5 * 20000, id * 130000000 + i * id % 5 * 90000,
			    id % 5 ? 0 : id * 9 * NSEC_PER_SEC, id % 11 ? 0 : 2);
}

/* A host of which nothing is known. */
static inline void scene_nothing(struct scene *scene)
{
	*scene = (struct scene){.now_ns = SCENE_BEGIN_NS + NSEC_PER_SEC, .next_id = 1};
	if (live_new(&scene->live))
		abort();
	live_tick(scene->live, scene->now_ns);
}

/* Names that are escape sequences, or wide. */
static inline void scene_hostile(struct scene *scene)
{
	for (unsigned int i = 0; i < 40; i++) {
		scene_fail(scene, HOSTILE, ECONNREFUSED, 19000, 0);
		scene_fail(scene, WIDE, ECONNREFUSED, 19000, 0);
	}
	scene_connect(scene, WIDE, 19000);
	scene->now_ns += NSEC_PER_SEC;
	live_tick(scene->live, scene->now_ns);
}

/* What some of them asked name servers for, and the answers of others. */
static inline void scene_names(struct scene *scene)
{
	static const struct {
		enum scene_who who;
		struct dns_names names;
	} named[] = {
		{WEB, {DNS_FROM_PROCESS, 1, {"db.example.com"}}},
		{WEB_OTHER, {DNS_FROM_PARENT, 1, {"db.example.com"}}},
		{CURL, {DNS_FROM_HOST, 1, {"www.example.org"}}},
		{NODE, {DNS_FROM_PROCESS, 2, {"cdn.example.net", "api.example.com"}}},
		{NODE_OTHER,
		 {DNS_FROM_PROCESS,
		  1,
		  {"cache-7.of.the.shop.in.the.second.region.internal.example.com"}}},
		{POOL, {DNS_FROM_PROCESS, 1, {"10.0.3.8"}}},
		{HOSTILE, {DNS_FROM_PROCESS, 1, {"\033[2J\\.x\n.example"}}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
		struct event event = scene_event(scene, named[i].who, EVENT_CONNECT, scene->now_ns);

		event.cpu = (uint16_t)(1 + i);
		event.names = &named[i].names;
		scene_send(scene, event);
	}
	scene->now_ns += NSEC_PER_SEC;
	live_tick(scene->live, scene->now_ns);
}

/* A second later, in which all fails. */
static inline void scene_go_on(struct scene *scene)
{
	scene->now_ns += NSEC_PER_SEC;
	for (unsigned int i = 0; i < 50; i++)
		scene_fail(scene, NODE, EHOSTUNREACH, 31 * NSEC_PER_MSEC, 0);
	live_tick(scene->live, scene->now_ns);
}

/* All from 21:40:26 to 21:44:38. The caller frees scene->live. */
static inline void scene_start(struct scene *scene)
{
	*scene = (struct scene){.now_ns = SCENE_BEGIN_NS, .next_id = 1};
	if (live_new(&scene->live))
		abort();
	for (unsigned int i = 0; i < SCENE_OPEN - 1; i++)
		scene_open(scene, i < 24 ? POOL : WEB, TCP_ESTABLISHED, 1 + i % 3 / 2 * 2);
	scene_open(scene, NOBODY, TCP_FIN_WAIT1, 0);
	for (unsigned int i = 0; i < SCENE_SECONDS; i++) {
		scene->now_ns += NSEC_PER_SEC / 2;
		scene_second(scene, i);
		scene->now_ns += NSEC_PER_SEC / 2;
		if (i == SCENE_SECONDS - 1)
			scene_last_second(scene);
		scene_gauges(scene, i);
		live_tick(scene->live, scene->now_ns);
	}
}

static inline struct view_head scene_head(const struct scene *scene)
{
	return (struct view_head){
		.host = "db-host-3",
		.now_ns = scene->now_ns,
		.boot_to_utc_ns = SCENE_EPOCH_NS - (int64_t)SCENE_BEGIN_NS,
		.running_ns = scene->now_ns - SCENE_BEGIN_NS,
		.interval_ns = NSEC_PER_SEC,
		.cost = 0.014,
	};
}

#endif
