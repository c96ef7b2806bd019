// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "contract/attempt.h"
#include "probe/kernel.h"
#include "probe/kfunc.h"
#include "probe/programs.h"
#include "probe/types.h"
#include "util/array.h"

/*
 * The programs, in the order in which they are attached; of copies at one tracepoint, the first
 * attached runs first. Nothing is tracked before all are there: see enum phase.
 */
struct program {
	const char *name, *tracepoint;
	bool (*wanted)(const struct request *request);
	enum skip skipped;
	bool classic;	  /* of tracefs: its arguments have no types, with or without BTF */
	unsigned int dns; /* bits of enum probe_dns: only for these ways; 0: for all */
};

static bool always(const struct request *request)
{
	(void)request;
	return true;
}

/* The copy's tracepoint is found through tracefs. */
bool programs_preemptible(const struct request *request)
{
	return !request->btf_path && kernel_preempts() && kernel_tracefs();
}

/* Every event but the first says how often something was sent again. */
static bool wants_retry(const struct request *request)
{
	return request->config.event_mask & ~EVENT_BIT(EVENT_CONNECT);
}

static bool wants_follow(const struct request *request)
{
	return request->config.follow;
}

static bool wants_args(const struct request *request)
{
	return request->config.args;
}

static bool wants_lineage(const struct request *request)
{
	return request->config.lineage;
}

static bool wants_dns(const struct request *request)
{
	return request->dns != DNS_UNUSED;
}

static bool wants_syscalls(const struct request *request)
{
	return request->config.syscalls;
}

static bool wants_second_exit(const struct request *request)
{
	return wants_syscalls(request) && programs_preemptible(request);
}

static const struct program table[] = {
	{.name = "follow_fork",
	 .tracepoint = "sched_process_fork",
	 .wanted = wants_follow,
	 .skipped = SKIP_LOST},
	{.name = "follow_exit",
	 .tracepoint = "sched_process_exit",
	 .wanted = wants_follow,
	 .skipped = SKIP_LOST},
	{.name = "lineage_fork",
	 .tracepoint = "sched_process_fork",
	 .wanted = wants_lineage,
	 .skipped = SKIP_BESIDE},
	{.name = "exec_args",
	 .tracepoint = "sched_process_exec",
	 .wanted = wants_args,
	 .skipped = SKIP_BESIDE},
	{.name = "dns_recv",
	 .tracepoint = "sock_recv_length",
	 .wanted = wants_dns,
	 .skipped = SKIP_BESIDE,
	 .dns = 1 << PROBE_DNS_CONNECTED | 1 << PROBE_DNS_ALL},
	{.name = "dns_send",
	 .tracepoint = "sock_send_length",
	 .wanted = wants_dns,
	 .skipped = SKIP_BESIDE,
	 .dns = 1 << PROBE_DNS_ALL},
	{.name = "dns_consume",
	 .tracepoint = "consume_skb",
	 .wanted = wants_dns,
	 .skipped = SKIP_BESIDE,
	 .dns = 1 << PROBE_DNS_UDP},
	{.name = "retry_first",
	 .tracepoint = "tcp_retransmit_skb",
	 .wanted = wants_retry,
	 .skipped = SKIP_COPIED},
	{.name = "retry_second",
	 .tracepoint = "tcp_retransmit_skb",
	 .wanted = wants_retry,
	 .skipped = SKIP_COPIED},
	{.name = "state_perf",
	 .tracepoint = "inet_sock_set_state",
	 .wanted = programs_preemptible,
	 .skipped = SKIP_COPIED,
	 .classic = true},
	{.name = "state_first",
	 .tracepoint = "inet_sock_set_state",
	 .wanted = always,
	 .skipped = SKIP_COPIED},
	{.name = "state_second",
	 .tracepoint = "inet_sock_set_state",
	 .wanted = always,
	 .skipped = SKIP_COPIED},
	{.name = "connect_exit",
	 .tracepoint = "sys_exit_connect",
	 .wanted = wants_syscalls,
	 .skipped = SKIP_ENDS,
	 .classic = true},
	{.name = "connect_exit_second",
	 .tracepoint = "sys_exit_connect",
	 .wanted = wants_second_exit,
	 .skipped = SKIP_COPIED,
	 .classic = true},
	{.name = "connect_enter",
	 .tracepoint = "sys_enter_connect",
	 .wanted = wants_syscalls,
	 .skipped = SKIP_COPIED,
	 .classic = true},
};

_Static_assert(ARRAY_SIZE(table) == N_PROGRAMS, "as many as have room");

static bool program_wanted(const struct programs *programs, size_t i, const struct request *request)
{
	return !request->only_open && table[i].wanted(request) &&
	       (!table[i].dns || table[i].dns >> programs->dns & 1);
}

static int find_program(const struct bpf_object *object, const char *path, const char *name,
			struct bpf_program **ret, struct error *error)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(object, name);

	if (!prog)
		return error_set(
			error, -ENOEXEC,
			"%s has no program \"%s\": it is not a tpconnect object, or one of another "
			"version; build it with scripts/build.sh",
			path ? path : "the built-in object", name);
	*ret = prog;
	return 0;
}

int programs_find(struct programs *programs, const struct bpf_object *object,
		  const struct request *request, struct error *error)
{
	const char *path = request->object_path;
	int err = 0;

	for (size_t i = 0; !err && i < N_PROGRAMS; i++)
		err = find_program(object, path, table[i].name, &programs->progs[i], error);
	for (size_t i = 0; !err && i < N_ITERATORS; i++)
		err = find_program(object, path, iterator_name(i), &programs->iterators.progs[i],
				   error);
	return err;
}

/* By which type of the kernel's a program is attached; 0: by none, and it has no types either. */
static __u32 type_id_of(const struct programs *programs, const struct bpf_program *prog,
			enum bpf_attach_type *ret)
{
	*ret = BPF_TRACE_RAW_TP;
	for (size_t i = 0; i < N_PROGRAMS; i++)
		if (programs->progs[i] == prog)
			return programs->type_ids[i];
	*ret = BPF_TRACE_ITER;
	for (size_t i = 0; i < N_ITERATORS; i++)
		if (programs->iterators.progs[i] == prog)
			return programs->iterators.type_ids[i];
	return 0;
}

/*
 * Called by libbpf as it loads a program: a raw tracepoint becomes a BTF tracepoint, with the same
 * arguments and their types, or an iterator. Until then libbpf takes it for a raw one: of the
 * others it would look up the type itself, for which it reads the kernel's whole BTF once more.
 */
static int give_types(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long programs)
{
	__u32 id = type_id_of((const struct programs *)programs, prog, &opts->expected_attach_type);

	if (!id)
		return 0;
	opts->attach_btf_id = id;
	bpf_program__set_expected_attach_type(prog, opts->expected_attach_type);
	return bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING);
}

int programs_register(struct programs *programs)
{
	static const char *const sections[N_HANDLERS] = {"raw_tp+", "iter+"};
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)programs,
		    .prog_prepare_load_fn = give_types);
	int id = 0;

	for (size_t i = 0; id >= 0 && i < N_HANDLERS; i++) {
		id = libbpf_register_prog_handler(sections[i], BPF_PROG_TYPE_RAW_TRACEPOINT, 0,
						  &opts);
		programs->handlers[i] = id;
	}
	return id < 0 ? id : 0;
}

void programs_unregister(struct programs *programs)
{
	for (size_t i = 0; i < N_HANDLERS; i++)
		if (programs->handlers[i] > 0)
			libbpf_unregister_prog_handler(programs->handlers[i]);
}

/* The types that are looked for: of programs, of iterators, and the function that casts. */
#define CAST_TYPE (N_PROGRAMS + N_ITERATORS)
#define N_TYPES	  (CAST_TYPE + 1)

static void list_types(struct kernel_type types[static N_TYPES], char names[static N_PROGRAMS][64])
{
	for (size_t i = 0; i < N_PROGRAMS; i++) {
		snprintf(names[i], sizeof(names[i]), "btf_trace_%s", table[i].tracepoint);
		types[i] = (struct kernel_type){names[i], BTF_KIND_TYPEDEF, 0};
	}
	for (size_t i = 0; i < N_ITERATORS; i++)
		types[N_PROGRAMS + i] =
			(struct kernel_type){iterator_function(i), BTF_KIND_FUNC, 0};
	types[CAST_TYPE] = (struct kernel_type){"bpf_rdonly_cast", BTF_KIND_FUNC, 0};
}

/* Whether the kernel has the tracepoint of a program of that name. */
static bool has_tracepoint(const struct kernel_type *types, const char *program)
{
	for (size_t i = 0; i < N_PROGRAMS; i++)
		if (!strcmp(table[i].name, program))
			return types[i].id;
	return false;
}

/*
 * Receives first: where both are, memory of datagrams may be freed later, and elsewhere. Never by
 * the kernel's version, as that was changed in older ones too.
 */
static enum probe_dns choose_dns(const struct kernel_type *types, const struct request *request)
{
	if (!wants_dns(request) || request->only_open)
		return PROBE_DNS_NONE;
	if (has_tracepoint(types, "dns_recv"))
		return has_tracepoint(types, "dns_send") && kernel_has_socket_storage()
			       ? PROBE_DNS_ALL
			       : PROBE_DNS_CONNECTED;
	return has_tracepoint(types, "dns_consume") ? PROBE_DNS_UDP : PROBE_DNS_NONE;
}

/* Returns what is wanted but not there, or NULL. */
static const char *take_types(struct programs *programs, const struct kernel_type *types,
			      const struct request *request)
{
	const char *missing = NULL;

	programs->dns = choose_dns(types, request);
	for (size_t i = 0; i < N_PROGRAMS; i++) {
		if (table[i].classic)
			continue;
		programs->type_ids[i] = types[i].id;
		if (!types[i].id && program_wanted(programs, i, request))
			missing = table[i].tracepoint;
	}
	for (size_t i = 0; i < N_ITERATORS; i++) {
		programs->iterators.type_ids[i] = types[N_PROGRAMS + i].id;
		if (!types[N_PROGRAMS + i].id && iterator_wanted(i, request))
			missing = iterator_function(i);
	}
	programs->cast_id = types[CAST_TYPE].id;
	return missing;
}

int programs_find_types(struct programs *programs, int types_fd, const struct bpf_object *object,
			const struct request *request, struct error *error)
{
	struct kernel_type types[N_TYPES];
	char names[N_PROGRAMS][64];
	const char *missing;
	int err;

	list_types(types, names);
	err = types_fill(types_fd, bpf_object__btf(object), types, N_TYPES);
	if (err)
		return error_set(error, err, "cannot read the kernel's BTF: %s", strerror(-err));
	missing = take_types(programs, types, request);
	return missing ? error_set(error, -ESRCH, "cannot find %s in the kernel's BTF", missing)
		       : 0;
}

static int put_casts(struct programs *programs)
{
	__u32 cast = programs->cast_id;
	int err = 0;

	for (size_t i = 0; cast && !err && i < N_PROGRAMS; i++)
		err = kfunc_put(programs->progs[i], CALL_RDONLY_CAST, cast);
	for (size_t i = 0; cast && !err && i < N_ITERATORS; i++)
		if (programs->iterators.progs[i])
			err = kfunc_put(programs->iterators.progs[i], CALL_RDONLY_CAST, cast);
	return err;
}

int programs_choose(struct programs *programs, const struct request *request, struct error *error)
{
	int err = 0;

	for (size_t i = 0; !err && i < N_PROGRAMS; i++)
		err = bpf_program__set_autoload(programs->progs[i],
						program_wanted(programs, i, request));
	if (!err)
		err = iterators_choose(&programs->iterators, request);
	if (!err)
		err = put_casts(programs);
	return err ? error_set(error, err, "cannot prepare the BPF programs: %s", strerror(-err))
		   : 0;
}

static struct bpf_link *attach_program(const struct programs *programs, size_t i)
{
	struct bpf_program *prog = programs->progs[i];

	if (table[i].classic)
		return bpf_program__attach(prog);
	return programs->type_ids[i]
		       ? bpf_program__attach_trace(prog)
		       : bpf_program__attach_raw_tracepoint(prog, table[i].tracepoint);
}

/* Whether a program that is attached already is at the same tracepoint. */
static bool has_copy_before(const struct programs *programs, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (programs->links[j] && !strcmp(table[j].tracepoint, table[i].tracepoint))
			return true;
	return false;
}

static void list_tracepoint(struct programs *programs, const char *tracepoint)
{
	size_t len = strlen(programs->tracepoints);

	snprintf(programs->tracepoints + len, sizeof(programs->tracepoints) - len, "%s%s",
		 len ? "," : "", tracepoint);
}

int programs_attach(struct programs *programs, const struct request *request, struct error *error)
{
	for (size_t i = 0; i < N_PROGRAMS; i++) {
		if (!program_wanted(programs, i, request)) {
			programs->progs[i] = NULL;
			continue;
		}
		programs->links[i] = attach_program(programs, i);
		if (!programs->links[i])
			return error_set(error, -errno, "cannot attach %s: %s", table[i].name,
					 errno == E2BIG
						 ? "the kernel allows no more programs at its "
						   "tracepoint; stop another tracer"
						 : strerror(errno));
		if (!has_copy_before(programs, i))
			list_tracepoint(programs, table[i].tracepoint);
	}
	return 0;
}

void programs_detach(struct programs *programs)
{
	for (size_t i = N_PROGRAMS; i-- > 0;) {
		bpf_link__destroy(programs->links[i]);
		programs->links[i] = NULL;
	}
}

void programs_leave(struct programs *programs)
{
	for (size_t i = 0; i < N_PROGRAMS; i++) {
		if (programs->links[i])
			bpf_link__disconnect(programs->links[i]);
		bpf_link__destroy(programs->links[i]);
		programs->links[i] = NULL;
	}
}

const char *program_name(size_t i)
{
	return table[i].name;
}

bool program_is_classic(size_t i)
{
	return table[i].classic;
}

bool program_skip_is(size_t i, enum skip skip)
{
	return table[i].skipped == skip;
}

/*
 * How often the kernel found the program running already and skipped it. Tracing programs are
 * counted since Linux 5.12 (9ed9e9ba2337), classic tracepoints since 6.7 (dd8657894c11).
 */
int program_skips(int prog_fd, uint64_t *ret)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(prog_fd, &info, &size))
		return -errno;
	*ret = info.recursion_misses;
	return 0;
}

/* Where the number cannot be read, it stays what it was. */
static int count_skips(struct programs *programs, size_t i)
{
	uint64_t n;
	int err = program_skips(bpf_program__fd(programs->progs[i]), &n);

	if (!err && n > programs->skips[i])
		programs->skips[i] = n;
	return err;
}

int programs_add_skips(struct programs *programs, struct counters *sum)
{
	int err = 0;

	for (size_t i = 0; i < N_PROGRAMS; i++) {
		if (!programs->progs[i] || table[i].skipped == SKIP_COPIED ||
		    table[i].skipped == SKIP_BESIDE)
			continue;
		if (!err)
			err = count_skips(programs, i);
		if (table[i].skipped == SKIP_ENDS)
			sum->skipped += programs->skips[i];
		else
			sum->missed += programs->skips[i];
	}
	return err;
}
