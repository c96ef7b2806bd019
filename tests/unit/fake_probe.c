// SPDX-License-Identifier: MIT
#include "unit/fake_probe.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/rights.h"
#include "probe/checks.h"
#include "probe/reader.h"
#include "unit/decoded.h"

/* What `late` waits for: so many looks at the ring find it empty. */
#define LATE_FILLS 5

/* In one batch. */
#define BATCH 16

struct fake_probe fake;
static size_t batch_left;
static int event_fd = -1; /* an eventfd: readable while there is a record */

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	batch_left = 0;
}

static void queued(void)
{
	fake.n++;
	if (event_fd >= 0)
		eventfd_write(event_fd, 1);
}

void fake_send(enum event_kind kind, uint32_t pid)
{
	struct close_record record = sample(kind);

	assert_true(fake.n < FAKE_RECORDS_MAX);
	record.base.attempt.pid = pid;
	fake.records[fake.n] = record;
	fake.counters.sent++;
	queued();
}

void fake_tell(const struct record *context)
{
	assert_true(fake.n < FAKE_RECORDS_MAX);
	fake.context[fake.n] = context;
	queued();
}

void fake_is_open(const struct record *record)
{
	assert_true(fake.n_opened < FAKE_RECORDS_MAX);
	fake.opened[fake.n_opened++] = record;
}

int probe_open(const struct request *request, struct probe **ret, struct error *error)
{
	fake.config = request->config;
	if (fake.open_err)
		return error_set(error, fake.open_err, "the fake does not open");
	fake.opened_times++;
	*ret = (struct probe *)&fake;
	return 0;
}

void probe_close(struct probe *probe)
{
	fake.closed += probe != NULL;
}

int probe_snapshot(struct probe *probe, probe_record_fn *record, void *ctx, struct error *error)
{
	int err = 0;

	(void)probe;
	fake.snapshots++;
	for (size_t i = 0; !err && i < fake.n_opened; i++)
		err = record(ctx, fake.opened[i], fake.opened[i]->size);
	if (!err)
		err = fake.snapshot_err;
	return err ? error_set(error, err, "the fake cannot look") : 0;
}

int probe_gauges(struct probe *probe, probe_record_fn *record, void *ctx, struct error *error)
{
	int err = fake.gauges_err;

	(void)probe;
	for (size_t i = 0; !err && i < fake.n_gauges; i++)
		err = record(ctx, &fake.gauges[i], sizeof(fake.gauges[i]));
	return err ? error_set(error, err, "the fake has no gauges") : 0;
}

int probe_sweep(struct probe *probe, struct error *error)
{
	(void)probe;
	fake.sweeps++;
	return fake.sweep_err ? error_set(error, fake.sweep_err, "the fake cannot sweep") : 0;
}

void probe_detach(struct probe *probe)
{
	(void)probe;
	fake.detached++;
}

struct span probe_observed(const struct probe *probe)
{
	(void)probe;
	return (struct span){.begin_ns = clock_now_ns(CLOCK_BOOTTIME), .end_ns = fake.detached};
}

int probe_follow(struct probe *probe, uint32_t pid)
{
	(void)probe;
	fake.follows = pid;
	return fake.follow_err;
}

bool probe_follows_any(const struct probe *probe)
{
	(void)probe;
	return fake.followed > 0;
}

int probe_followed(const struct probe *probe)
{
	(void)probe;
	return fake.followed;
}

int probe_counters(struct probe *probe, struct counters *ret)
{
	(void)probe;
	*ret = fake.counters;
	return fake.counters_err;
}

enum probe_dns probe_dns(const struct probe *probe)
{
	(void)probe;
	return fake.dns;
}

uint64_t probe_dns_unread(const struct probe *probe)
{
	(void)probe;
	return fake.dns_unread;
}

int probe_tracked(struct probe *probe, uint64_t *ret)
{
	(void)probe;
	*ret = fake.tracked;
	return fake.tracked_err;
}

void probe_share(const struct probe *probe, unsigned int index, struct share *ret)
{
	(void)probe;
	*ret = index == 1 ? fake.share : (struct share){0};
}

uint64_t probe_room(struct probe *probe)
{
	(void)probe;
	return 1000;
}

void probe_tell_again(struct probe *probe, uint32_t pid, const struct cgroup_key *cgroup)
{
	(void)probe;
	fake.tells_again = pid;
	fake.cgroup = cgroup ? *cgroup : (struct cgroup_key){0};
	fake.n_told_again++;
}

enum exit_status rights_drop(const struct request *request, struct probe *probe)
{
	(void)request;
	(void)probe;
	fake.rights_dropped++;
	return fake.rights_status;
}

int probe_ring_fd(const struct probe *probe)
{
	(void)probe;
	return 0;
}

uint64_t probe_ring_id(const struct probe *probe)
{
	(void)probe;
	return fake.ring_id;
}

struct probe_pins probe_pins(const struct probe *probe)
{
	(void)probe;
	return (struct probe_pins){0};
}

bool probe_knows_open(const struct probe *probe)
{
	(void)probe;
	return false;
}

bool probe_resumed(const struct probe *probe)
{
	(void)probe;
	return fake.resumed;
}

const char *probe_tracepoints(const struct probe *probe)
{
	(void)probe;
	return "fake:one,fake:two";
}

int reader_open(int ring_fd, struct reader **ret)
{
	(void)ring_fd;
	if (fake.ring_err)
		return fake.ring_err;
	event_fd = eventfd(fake.n > 0, EFD_CLOEXEC | EFD_NONBLOCK);
	*ret = (struct reader *)&fake;
	return 0;
}

void reader_close(struct reader *reader)
{
	if (reader)
		close(event_fd);
	event_fd = -1;
}

int reader_fd(const struct reader *reader)
{
	(void)reader;
	return event_fd;
}

struct ring_fill reader_ring(const struct reader *reader)
{
	(void)reader;
	fake.ring.produced += fake.fills_up;
	return fake.ring;
}

int reader_keep(struct reader *reader, uint64_t position)
{
	(void)reader;
	fake.keeps = true;
	if (position > fake.released && position <= fake.n * FAKE_RECORD_SIZE)
		fake.next = position / FAKE_RECORD_SIZE;
	return 0;
}

void reader_release(struct reader *reader, uint64_t position)
{
	(void)reader;
	fake.released = position;
}

uint64_t reader_position(const struct reader *reader)
{
	(void)reader;
	return fake.next * FAKE_RECORD_SIZE;
}

void reader_waiting(const struct reader *reader, reader_waiting_fn *waiting, void *ctx)
{
	(void)reader;
	for (size_t i = fake.next; i < fake.n; i++) {
		const struct record *record = fake.context[i];

		record = record ? record : &fake.records[i].base.head;
		waiting(ctx, record, record->size);
	}
}

int reader_fill(struct reader *reader)
{
	size_t there = fake.n - fake.next;
	eventfd_t count;

	(void)reader;
	if (fake.fill_err)
		return fake.fill_err;
	if (fake.detached)
		fake.fills_when_detached++;
	if (fake.late && there && fake.fills_when_detached < LATE_FILLS)
		there--;
	batch_left = there < BATCH ? there : BATCH;
	if (!batch_left)
		eventfd_read(event_fd, &count);
	return (int)batch_left;
}

const void *reader_next(struct reader *reader, size_t *ret_size)
{
	const struct record *record = &fake.records[fake.next].base.head;

	(void)reader;
	if (!batch_left)
		return NULL;
	if (fake.context[fake.next])
		record = fake.context[fake.next];
	batch_left--;
	fake.next++;
	*ret_size = record->size;
	return record;
}

int checks_privilege(struct error *reason)
{
	(void)reason;
	return 0;
}

int checks_explain(bool need_syscalls, const char *btf_path, struct error *reason)
{
	(void)need_syscalls;
	(void)btf_path;
	return fake.kernel_lacks ? error_set(reason, -ENOTSUP, "the fake kernel is too old") : 0;
}
