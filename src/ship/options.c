// SPDX-License-Identifier: MIT
#include "ship/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "commit.h"
#include "ship/window.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/parse.h"
#include "util/status.h"
#include "util/utc.h"

#define TIMEOUT_NS (30 * NSEC_PER_SEC)

static const char help[] =
	"Usage: tpconnect-ship [OPTION...] STORE URL\n"
	"\n"
	"Sends what 'tpconnect record' keeps in STORE to URL, as it is written, each line\n"
	"at least once: https:// and http:// take POST requests, nats:// and tls:// are\n"
	"a stream of NATS JetStream, where that was built in. Placeholders in the URL\n"
	"are filled in: {id} (host:boot:first-last), {host}, {boot}, {first}, {last}. It\n"
	"needs no privilege, and drops what it has.\n"
	"\n"
	"Where to begin, and to end:\n"
	"  --offset FILE       keeps what was acknowledged (default: in $STATE_DIRECTORY\n"
	"                      or /var/lib/tpconnect-ship, by the URL's name)\n"
	"  --since WHEN        without an offset file: from then on, as history has it\n"
	"                      (default: all that the store has)\n"
	"  --from-start        all that the store has, whatever was acknowledged\n"
	"  --once              to the end of the store, and no further\n"
	"\n"
	"What is sent:\n"
	"  --format FORMAT     ndjson (default), or otlp: OTLP/HTTP logs in JSON\n"
	"  --compress NAME     zstd (default), gzip (default of otlp) or none\n"
	"  --window N          frames at a time, 1 to 64 (default 4; NATS 32)\n"
	"  --timeout DUR       give up a request after this (default 30s)\n"
	"\n"
	"Secrets, by their files alone:\n"
	"  --token-file FILE   a token: Authorization: Bearer ...\n"
	"  --header-file FILE  headers, one a line: Name: value\n"
	"  --ca FILE           who may have signed the server's certificate (PEM)\n"
	"  --cert FILE         the client's certificate (PEM)\n"
	"  --key FILE          its key (PEM)\n"
#ifdef HAVE_NATS
	"  --creds FILE        of NATS: a user's credentials\n"
	"  --nkey FILE         of NATS: a seed\n"
#endif
	"\n"
	"  --metrics-file FILE what was sent, and how far behind it is, for Prometheus\n"
	"  -h, --help          this text\n"
	"  -V, --version       the version\n";

enum {
	OFFSET = 256,
	SINCE,
	FROM_START,
	ONCE,
	FORMAT,
	COMPRESS,
	WINDOW,
	TIMEOUT,
	TOKEN,
	HEADER,
	CA,
	CERT,
	KEY,
	CREDS,
	NKEY,
	METRICS
};

static const struct option long_options[] = {
	{"offset", required_argument, NULL, OFFSET},
	{"since", required_argument, NULL, SINCE},
	{"from-start", no_argument, NULL, FROM_START},
	{"once", no_argument, NULL, ONCE},
	{"format", required_argument, NULL, FORMAT},
	{"compress", required_argument, NULL, COMPRESS},
	{"window", required_argument, NULL, WINDOW},
	{"timeout", required_argument, NULL, TIMEOUT},
	{"token-file", required_argument, NULL, TOKEN},
	{"header-file", required_argument, NULL, HEADER},
	{"ca", required_argument, NULL, CA},
	{"cert", required_argument, NULL, CERT},
	{"key", required_argument, NULL, KEY},
#ifdef HAVE_NATS
	{"creds", required_argument, NULL, CREDS},
	{"nkey", required_argument, NULL, NKEY},
#endif
	{"metrics-file", required_argument, NULL, METRICS},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

__attribute__((format(printf, 1, 2))) static int usage(const char *format, ...)
{
	char what[4096];
	va_list rest;

	va_start(rest, format);
	vsnprintf(what, sizeof(what), format, rest);
	va_end(rest);
	log_error("%s; see tpconnect-ship --help", what);
	return STATUS_USAGE;
}

static int print(const char *text)
{
	return fputs(text, stdout) < 0 || fflush(stdout) ? STATUS_FAILED : STATUS_DONE;
}

static int set_format(struct ship_options *options, const char *value)
{
	if (strcmp(value, "ndjson") != 0 && strcmp(value, "otlp") != 0)
		return usage("--format %s: it is ndjson or otlp", value);
	options->shape.is_otlp = *value == 'o';
	return -1;
}

static int set_compression(const char *value, int *ret)
{
	static const char *const names[] = {
		[COMPRESS_ZSTD] = "zstd", [COMPRESS_GZIP] = "gzip", [COMPRESS_NONE] = "none"};

	for (int i = 0; i <= COMPRESS_NONE; i++) {
		if (!strcmp(value, names[i])) {
			*ret = i;
			return -1;
		}
	}
	return usage("--compress %s: it is zstd, gzip or none", value);
}

static int set_window(struct ship_options *options, const char *value)
{
	uint64_t n;

	if (parse_u64(value, 1, WINDOW_MAX, &n))
		return usage("--window %s: it is a number from 1 to %d", value, WINDOW_MAX);
	options->window = (unsigned int)n;
	return -1;
}

static int set_since(struct ship_options *options, const char *value)
{
	if (utc_parse_words(value, clock_now_ns(CLOCK_REALTIME), &options->since_ns))
		return usage(
			"--since %s: it is a moment (2026-02-16T12:34:56Z), a day, or how long "
			"ago (2h)",
			value);
	return -1;
}

static int set_timeout(struct ship_options *options, const char *value)
{
	uint64_t ns;

	if (parse_duration(value, &ns) || ns < NSEC_PER_MSEC || ns > 3600 * NSEC_PER_SEC)
		return usage("--timeout %s: it is a time such as 10s, from 1ms to 1h", value);
	options->target.timeout_ns = ns;
	return -1;
}

/* Files, each by its option. NULL: no such option. */
static const char **file_of(struct ship_options *options, int option)
{
	struct output_target *target = &options->target;

	switch (option) {
	case OFFSET:
		return &options->offset;
	case METRICS:
		return &options->metrics;
	case TOKEN:
		return &target->token_file;
	case HEADER:
		return &target->header_file;
	case CA:
		return &target->ca_file;
	case CERT:
		return &target->cert_file;
	case KEY:
		return &target->key_file;
	case CREDS:
		return &target->creds_file;
	case NKEY:
		return &target->nkey_file;
	}
	return NULL;
}

/* Returns a status, or -1: go on. compression: -1, or the one that was named. */
static int set(struct ship_options *options, int option, const char *value, int *compression)
{
	const char **file = file_of(options, option);

	if (file) {
		*file = value;
		return *value ? -1 : usage("a file's name is empty");
	}
	switch (option) {
	case SINCE:
		return set_since(options, value);
	case FORMAT:
		return set_format(options, value);
	case COMPRESS:
		return set_compression(value, compression);
	case WINDOW:
		return set_window(options, value);
	case TIMEOUT:
		return set_timeout(options, value);
	case FROM_START:
		options->from_start = true;
		return -1;
	case ONCE:
		options->once = true;
		return -1;
	case 'h':
		return print(help);
	case 'V':
		return print(*COMMIT ? "tpconnect-ship " VERSION " (" COMMIT ")\n"
				     : "tpconnect-ship " VERSION "\n");
	}
	/* getopt_long() has said what it does not know. */
	return STATUS_USAGE;
}

/* What depends on more than one option. */
static int finish(struct ship_options *options, int compression)
{
	struct output_target *target = &options->target;
	struct error error;

	if (url_parse(target->url, &options->url, &error))
		return usage("%s", error.text);
	options->ops = output_for(target->url);
	target->shown = options->url.shown;
	target->is_otlp = options->shape.is_otlp;
	target->content_type = target->is_otlp ? "application/json" : "application/x-ndjson";
	if (compression < 0)
		compression = target->is_otlp ? COMPRESS_GZIP : COMPRESS_ZSTD;
	options->shape.compression = (enum compression)compression;
	if (!options->window)
		options->window = options->ops->window;
	if (options->from_start && options->since_ns)
		return usage("--from-start and --since say two places to begin at");
	if (!target->cert_file != !target->key_file)
		return usage("--cert and --key go together");
	return -1;
}

int ship_options_parse(int argc, char **argv, struct ship_options *ret)
{
	int option, status, compression = -1;

	*ret = (struct ship_options){.target.timeout_ns = TIMEOUT_NS};
	while ((option = getopt_long(argc, argv, "hV", long_options, NULL)) != -1) {
		status = set(ret, option, optarg, &compression);
		if (status >= 0)
			return status;
	}
	if (argc - optind != 2)
		return usage(argc - optind < 2 ? "STORE and URL are needed"
					       : "it takes STORE and URL, and nothing more");
	ret->store = argv[optind];
	ret->target.url = argv[optind + 1];
	return finish(ret, compression);
}
