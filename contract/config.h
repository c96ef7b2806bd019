/* SPDX-License-Identifier: MIT */
/*
 * What user space tells the kernel side, and the counters that the kernel side keeps.
 *
 * struct config lies in .rodata and is set before the programs are loaded, so that the verifier
 * removes the code of every filter that is not used.
 */
#ifndef CONTRACT_CONFIG_H
#define CONTRACT_CONFIG_H

#include <linux/types.h>

#include "contract/attempt.h"

/*
 * Placeholder for a helper's number. Before loading, the loader turns each call of it into a call
 * of the kfunc bpf_rdonly_cast(): probe/kfunc.c. It must not be the number of a real helper.
 */
#define CALL_RDONLY_CAST 0x7ffffff0

/* All destination ports, a bit each. */
#define PORT_WORDS (65536 / 64)

/* Cgroups that --cgroup can name. */
#define CGROUPS_MAX 16

/* Network namespaces that --netns can leave out. */
#define NETNS_MAX 16

/* What becomes of an attempt whose process or destination is not in the filter's map or list. */
enum filter_use {
	FILTER_UNUSED,
	FILTER_NAMED,  /* it is left out: the filter names what is wanted */
	FILTER_OTHERS, /* it is shown: the filter names only what is to be left out */
	FILTER_MARKED, /* all are shown, and those that it names marked (ATTEMPT_FOLLOWED): of
			  `follow` alone */
};

/* What becomes of one whose process or destination is in it. */
enum key_verdict { KEY_LEFT_OUT, KEY_WANTED };

/* A cgroup, and how deep below the root it lies (the root: 0): what the kernel asks for. */
struct config_cgroup {
	__u64 id;
	__u32 level;
	__u32 left_out; /* it and all below it */
};

/*
 * A destination network: the key of the kernel's longest-prefix-match map. The family is part of
 * what must match, since IPv4 addresses, as they are written here, lie in ::/0 and some others.
 */
struct config_network {
	__u32 prefix_len; /* bits of family and addr: NETWORK_BITS() */
	__u32 family;	  /* 4 or 6 */
	__u8 addr[16];	  /* like all addresses: see attempt.h */
};

/* addr_bits: of the address; an IPv4 network's are 96 more than written. */
#define NETWORK_BITS(addr_bits) (32 + (addr_bits))

/*
 * What tests have the kernel side do wrong, or without. No option sets it:
 * tests/live/triggers/faulty writes it into a copy of the object, and user space keeps what the
 * object says. In all others it is 0, and the verifier removes the code.
 */
enum fault {
	FAULT_ONE_COPY = 1 << 0,	   /* nothing makes up for what a program misses */
	FAULT_CROWDED = 1 << 1,		   /* two slots for all attempts */
	FAULT_ENTRIES_SKIPPED = 1 << 2,	   /* of calls, every other at random */
	FAULT_EXITS_SKIPPED = 1 << 3,	   /* likewise; what is lost by it is counted as missed */
	FAULT_CLOSES_HIDDEN = 1 << 4,	   /* TCP_CLOSE is, for sockets with destination port 80 */
	FAULT_ESTABLISHED_HIDDEN = 1 << 5, /* likewise TCP_ESTABLISHED */
	FAULT_EXITS_LOST = 1 << 6, /* of calls that ask for port 80; counted as the kernel does */
	FAULT_SOCKETS_LOCKED = 1 << 7, /* always, as far as the iterator over descriptors sees */
	FAULT_START_BETWEEN = 1 << 8, /* of two copies, at each beginning: the first is too early */
};

/* The controller by whose cgroup of version 1 a process is placed: the first that has one. */
enum cgroup1 { CGROUP1_NONE, CGROUP1_PIDS, CGROUP1_MEMORY, CGROUP1_CPU };

/* Attempts that found their slot taken. */
#define OVERFLOW_MAX 262144

struct config {
	__u32 interface;   /* first, for good: INTERFACE, as the object was built with it */
	__u32 layout;	   /* LAYOUT of the maps, likewise */
	__u32 generation;  /* of programs that are pinned: bpf/gate.bpf.h; 0: they are not */
	__u32 event_mask;  /* EVENT_BIT()s wanted */
	__u32 netns;	   /* only this network namespace (inode number); 0: all */
	__u32 wakeup_size; /* wake the reader for each so many bytes of the ring: a power of 2 */
	__u8 filter_pid;   /* enum filter_use of the map pids: thread groups */
	__u8 filter_uid;   /* of uids: effective users */
	__u8 filter_comm;  /* of comms: names of processes or threads */
	__u8 filter_port;  /* only destination ports in ports */
	__u8 filter_dst;   /* of networks: destinations; the longest that fits counts */
	__u8 family;	   /* only 4 or 6; 0: both */
	__u8 follow;	   /* of followed: thread groups, and whom they fork */
	__u8 syscalls;	   /* the system call pair is attached */
	__u32 n_cgroups;   /* so many of cgroups[] are used */
	__u32 n_netns_left_out; /* so many of netns_left_out[] are used */
	__u64 min_latency_ns;	/* only results at least that slow; 0: all */
	__u8 task_storage;	/* the kernel has it for tracing programs */
	__u8 dns_unconnected;	/* dns_send is attached as well: see dns.bpf.c */
	__u16 has_btf;		/* the kernel has BTF: the verifier knows what pointers point to */
	__u16 has_rdonly_cast;	/* calls of CALL_RDONLY_CAST are those of the kfunc */
	__u16 tp_preemptible; /* programs at raw tracepoints can be preempted (Linux 7.0 and later),
				 so state_perf and connect_exit_second are attached as well */
	__u8 filter_cgroup;   /* enum filter_use of cgroups[] */
	__u8 retried_only;    /* of EVENT_ESTABLISHED, those after a retry */
	__u16 fault;	      /* enum fault, bits: set in an object that tests have made; else 0 */
	__u32 overflow_max;   /* room in the map overflow: set in the object */
	__u8 context;	/* say who makes attempts, and in which cgroups: EVENT_PROCESS, EVENT_CGROUP
			 */
	__u8 cgroup1;	/* enum cgroup1 */
	__u8 args;	/* also their arguments: exec_args is attached */
	__u8 lineage;	/* also their ancestors that have died: lineage_fork is attached */
	__u8 open_tell; /* the iterators write EVENT_OPEN */
	__u8 open_track; /* connections that are open already get entries, so that their end is told
			  */
	__u8 open_all;	 /* EVENT_OPEN also for sockets that were accepted, and that listen */
	__u8 open_end;	 /* EVENT_CLOSE also of connections without an entry, from before */
	__u64 keys; /* of programs that are pinned: a digest of what the maps of filters have, by
		       which user space tells whether the filters are those of before */
	__u32 netns_left_out[NETNS_MAX];
	struct config_cgroup cgroups[CGROUPS_MAX]; /* those that are left out come first */
	__u64 ports[PORT_WORDS]; /* with filter_port: a bit for each destination port */
};

_Static_assert(sizeof(struct config) == 80 + 64 + 256 + 8192,
	       "struct config has holes or has grown");

/*
 * Programs cannot all be attached, or detached, in one moment. User space writes the phase: while
 * some are not there, what they would see is left alone by all.
 */
enum phase {
	PHASE_IDLE,	/* being attached or detached: no new attempt is tracked */
	PHASE_TRACKING, /* all are attached; what was pending before is being looked for */
	PHASE_COMPLETE, /* every pending attempt is known */
};

/*
 * Counted on the kernel side, a slot for each CPU; CPUs beyond COUNTER_SLOTS share (the
 * increments are atomic). A slot has a cache line to itself.
 */
#define COUNTER_SLOTS 128

struct counters {
	__u64 sent;	 /* events handed to the ring, those that found no room included */
	__u64 ring;	 /* of these, events that found no room */
	__u64 missed;	 /* attempts of which something was skipped, as later evidence shows */
	__u64 state;	 /* attempts that could not be tracked: a map was full */
	__u64 unmatched; /* results for an attempt of which nothing is known */
	__u64 context;	 /* EVENT_PROCESS and EVENT_CGROUP that were put off to a later attempt, and
			    EVENT_DNS for which there was no room */
	__u64 unattributed; /* ends of connections that may have been open before tracing began, and
			       wanted: nobody can say. No loss */
	__u32 skipped;	 /* ends of calls that were skipped: counted by the kernel, not by a program
			  */
	__u32 recovered; /* of these, those of which nothing lacks, or it is counted as missed */
};

/* Users whose attempts are counted apart; of more, some share with another: bpf/share.bpf.h. */
#define SHARE_BITS 12
#define SHARES	   (1 << SHARE_BITS)

/* What one user takes of the map overflow. All but `held` is for messages only. */
struct share {
	__u64 held;	    /* attempts that are in it now */
	__u64 held_refused; /* that were when the user was refused more room; 0: never */
	__u32 uid;	    /* whose attempt was refused last, as its events say */
	__u32 pid;
	char comm[COMM_LEN];
};

/* Attempts that have a slot of their own: bpf/tracked.bpf.h. */
#define SLOT_BITS 12
#define SLOTS	  (1 << SLOT_BITS)

/* Events by which sets of programs that follow each other know who acts: bpf/gate.bpf.h. */
#define MARK_BITS 9
#define MARKS	  (1 << MARK_BITS)

/* What the kernel skipped of programs before those of that generation, by user space. */
struct skips_before {
	__u32 generation;
	__u32 reserved;
	__s64 missed, skipped; /* as of struct counters */
};

/* What is written while it runs. */
struct shared {
	struct counters counters[COUNTER_SLOTS]; /* by the kernel side */
	__u32 phase;				 /* enum phase, by user space */
	__u32 told_epoch;			 /* likewise: see contract/told.h */
	__u32 subflow;	   /* by user space: what the iterator over descriptors looks at of an MPTCP
			      connection: 0: its first subflow; else the further one of that number */
	__u32 n_subflows;  /* by the kernel side: the most further ones that it has seen one have */
	__u64 n_overflow;  /* attempts kept in the map overflow, by the kernel side:
			      bpf/tracked.bpf.h */
	__u64 since_ns;	   /* CLOCK_MONOTONIC: when the phase became PHASE_TRACKING, by user space;
			      then it stays, and with the boot names the ring */
	__u64 observed_ns; /* the same moment, CLOCK_BOOTTIME */
	__u64 filters_ns;  /* CLOCK_MONOTONIC: since when the filters are what they are: like
			      since_ns; or when a process that took over brought others */
	__u64 turns;	   /* by user space: the generation whose turn it is, and in the upper half
			      the next while sets change, else 0 */
	__s64 untracked;   /* attempts that are counted as `state` and have not ended yet */
	__u64 untracked_ever; /* whether there ever was one */
	__u64 dns_unread; /* answers of name servers of which nothing could be read, by the kernel
			     side. No loss of attempts */
	struct share shares[SHARES];
	__u8 slot_tags[SLOTS]; /* of the socket that had the slot last, by the kernel side */
	struct skips_before skips_before[2]; /* one of which is that of the generation that runs */
	__u64 marks[MARKS];
};

_Static_assert(sizeof(struct counters) == 64, "struct counters is a cache line");

#endif
