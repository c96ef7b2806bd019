/* SPDX-License-Identifier: MIT */
/*
 * The programs of the BPF object: which are loaded, where they attach, and what the kernel skipped
 * of them; iterators.h has those that are not attached. A function that can fail returns 0, or
 * -errno with a line in error.
 */
#ifndef PROBE_PROGRAMS_H
#define PROBE_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include <bpf/libbpf.h>

#include "probe/iterators.h"
#include "probe/loader.h"
#include "util/error.h"

#define N_PROGRAMS 15

/* Kinds of sections that libbpf leaves to programs.c. */
#define N_HANDLERS 2

/* All zeros: nothing found yet. The programs are the object's, the links those of here. */
struct programs {
	struct iterators iterators;
	struct bpf_program *progs[N_PROGRAMS]; /* once attached, NULL: not loaded */
	uint64_t skips[N_PROGRAMS];	       /* by the kernel, as last read */
	struct bpf_link *links[N_PROGRAMS];    /* NULL: not attached */
	char tracepoints[256];		       /* attached to, comma-separated */
	__u32 type_ids[N_PROGRAMS]; /* the type of the kernel's that each is attached by; 0: none */
	__u32 cast_id;		    /* of bpf_rdonly_cast(); 0: there is none */
	enum probe_dns dns;	    /* which of the ways to see answers of name servers it is */
	int handlers[N_HANDLERS];   /* libbpf's; 0: not registered */
};

/* What it means that the kernel skips one of them. */
enum skip {
	SKIP_COPIED, /* another program does it */
	SKIP_LOST,   /* it is lost */
	SKIP_ENDS,   /* it may be lost: see probe/missed.h */
	SKIP_BESIDE, /* it takes nothing from an attempt */
};

/* Of the program of that number: its name, whether it is at a tracepoint of tracefs, and that. */
const char *program_name(size_t i);
bool program_is_classic(size_t i);
bool program_skip_is(size_t i, enum skip skip);

/* How often the kernel skipped the program of that descriptor. Returns 0 or -errno. */
int program_skips(int prog_fd, uint64_t *ret);

/* Whether there is one copy more of what a thread can be preempted in. */
bool programs_preemptible(const struct request *request);

/*
 * Before an object is opened, and after it is closed: its sections are seen to by programs.c. The
 * programs are not moved in between. Returns 0 or -errno.
 */
int programs_register(struct programs *programs);
void programs_unregister(struct programs *programs);

/* -ENOEXEC: request->object_path is not one of our objects. */
int programs_find(struct programs *programs, const struct bpf_object *object,
		  const struct request *request, struct error *error);

/* Where the kernel has BTF: finds what programs are attached by, and fills types.h's file. */
int programs_find_types(struct programs *programs, int types_fd, const struct bpf_object *object,
			const struct request *request, struct error *error);

/* Which are loaded. */
int programs_choose(struct programs *programs, const struct request *request, struct error *error);

/* Once they are loaded. */
int programs_attach(struct programs *programs, const struct request *request, struct error *error);
void programs_detach(struct programs *programs);

/* Lets go of them: they stay attached where their links are pinned. */
void programs_leave(struct programs *programs);

/*
 * Adds to sum->missed and sum->skipped how often the kernel skipped a program for which no other
 * makes up. Returns 0; or the -errno of a program of which the kernel does not tell that.
 */
int programs_add_skips(struct programs *programs, struct counters *sum);

#endif
