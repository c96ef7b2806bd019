/* SPDX-License-Identifier: MIT */
/*
 * What a command line asks for, in the form that options, engine and probe share: of the kernel
 * side, and when to end.
 */
#ifndef MODEL_REQUEST_H
#define MODEL_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "contract/config.h"
#include "model/wanted.h"
#include "util/choice.h"

enum dns_use {
	DNS_UNUSED,  /* nobody's: not one program more is loaded */
	DNS_PROCESS, /* those that the process itself got, or the one that forked it */
	DNS_HOST,    /* and those of all others, where these say nothing */
};

/* As many directories as a command can write to. */
#define RIGHTS_PLACES_MAX 4

/*
 * What this process gives up once all is attached: its user, all capabilities, files and system
 * calls that it needs no more (docs/privileges.md). Strings are borrowed.
 */
struct rights {
	bool drop;
	bool named; /* the user is one that was asked for: no other will do */
	uint32_t uid, gid;
	const char *user;			/* what it is called in messages */
	const char *written[RIGHTS_PLACES_MAX]; /* directories below which files are made and
						   written; the first NULL is their end */
};

/* What is named must not be left out, nor lie in a network that is. */
struct request {
	struct config config;	/* what depends on the kernel is set by probe_open() */
	struct choice pids;	/* of uint32_t, with config.filter_pid; owned, like all of these */
	struct choice uids;	/* of uint32_t, with config.filter_uid */
	struct choice comms;	/* of char[COMM_LEN], NULs to its end; config.filter_comm */
	struct choice networks; /* of struct config_network, with config.filter_dst */
	struct wanted wanted;	/* of what the kernel side sends; owned as well */
	enum dns_use dns;	/* whose answers of name servers give names */
	bool container_names;	/* look up names of containers and pods */
	bool follow_pids;	/* with config.follow, and no filter_pid: and whom they start */
	bool no_snapshot;	/* do not look for what is open or pending already */
	bool only_open;		/* nothing is attached: probe_snapshot() and the like are all */
	bool gauges;		/* probe_gauges() will be called */
	struct rights rights;

	const char *object_path; /* a BPF object to load; NULL: the one built in */
	const char *btf_path;	 /* a file with the kernel's BTF; NULL: the kernel's own */
	/*
	 * The directory of a bpffs in which the kernel side stays when the process is over, for the
	 * next one to go on with it; NULL: it goes with the process.
	 */
	const char *pin_path;
	uint32_t ring_size; /* bytes, a power of two and at least a page */
	int verbosity;	    /* of libbpf on stderr: 0: silent; 1: what fails; 2: all it does */
};

/*
 * Whether the request leaves out any of the attempts: of a command's, with config.follow, those of
 * all other processes do not count.
 */
static inline bool request_narrows(const struct request *request)
{
	const struct config *config = &request->config;
	const struct wanted *wanted = &request->wanted;

	return config->filter_pid || config->filter_uid || config->filter_comm ||
	       config->filter_port || config->filter_dst || config->filter_cgroup ||
	       config->family || config->netns || config->n_netns_left_out ||
	       config->min_latency_ns || choice_is_made(&wanted->exes) ||
	       choice_is_made(&wanted->containers) || choice_is_made(&wanted->units);
}

/* Who forked a process, by which it may have names, is known at its birth only. */
static inline void request_use_dns(struct request *request, enum dns_use use)
{
	request->dns = use;
	request->config.lineage = 1;
}

/* When tracing ends, and when it reports. Of the numbers, 0 is no limit. */
struct limits {
	char **argv; /* the command to run: tracing ends with it. NULL-terminated, borrowed; NULL:
			none */
	bool wait;   /* end with the last of its descendants */
	bool apart;  /* the command has no part in the terminal, which is the screen's */
	uint64_t max_events;
	uint64_t duration_ns;
	uint64_t interval_ns; /* of reports; 0: one at the end */
};

#endif
