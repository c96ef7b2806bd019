// SPDX-License-Identifier: MIT
/*
 * Makes a BPF object with faults. Usage: faulty OBJECT COPY FAULT..., where FAULT is the end of a
 * name of enum fault, in small letters, or overflow=N: room for so many attempts that found their
 * slot taken; or layout=N, as another build has. OBJECT is what the build has made,
 * build/connect.bpf.o, of the same contract.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract/config.h"

static const struct {
	const char *name;
	enum fault fault;
} faults[] = {
	{"one_copy", FAULT_ONE_COPY},
	{"crowded", FAULT_CROWDED},
	{"entries_skipped", FAULT_ENTRIES_SKIPPED},
	{"exits_skipped", FAULT_EXITS_SKIPPED},
	{"closes_hidden", FAULT_CLOSES_HIDDEN},
	{"established_hidden", FAULT_ESTABLISHED_HIDDEN},
	{"exits_lost", FAULT_EXITS_LOST},
	{"sockets_locked", FAULT_SOCKETS_LOCKED},
	{"start_between", FAULT_START_BETWEEN},
};

static void refuse(const char *problem, const char *what)
{
	fprintf(stderr, "faulty: %s: %s\n", problem, what);
	exit(1);
}

static void add_fault(struct config *config, const char *name)
{
	const char overflow[] = "overflow=", layout[] = "layout=";

	if (!strncmp(name, overflow, strlen(overflow))) {
		config->overflow_max = strtoul(name + strlen(overflow), NULL, 10);
		return;
	}
	if (!strncmp(name, layout, strlen(layout))) {
		config->layout = strtoul(name + strlen(layout), NULL, 10);
		return;
	}
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (!strcmp(faults[i].name, name)) {
			config->fault |= faults[i].fault;
			return;
		}
	refuse("there is no such fault", name);
}

static char *read_file(const char *path, long *ret_size)
{
	FILE *file = fopen(path, "rb");
	char *bytes;

	if (!file || fseek(file, 0, SEEK_END) || (*ret_size = ftell(file)) < 0)
		refuse("cannot read", path);
	rewind(file);
	bytes = malloc(*ret_size);
	if (!bytes || fread(bytes, 1, *ret_size, file) != (size_t)*ret_size)
		refuse("cannot read", path);
	fclose(file);
	return bytes;
}

/* The configuration is alone in .rodata: bpf/maps.bpf.c. */
static struct config *find_config(char *bytes, const char *path)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)bytes;
	const Elf64_Shdr *sections = (const Elf64_Shdr *)(bytes + header->e_shoff);
	const char *names = bytes + sections[header->e_shstrndx].sh_offset;

	for (int i = 0; i < header->e_shnum; i++)
		if (!strcmp(names + sections[i].sh_name, ".rodata") &&
		    sections[i].sh_size == sizeof(struct config))
			return (struct config *)(bytes + sections[i].sh_offset);
	refuse("no object of this contract", path);
	return NULL;
}

int main(int argc, char **argv)
{
	struct config *config;
	char *bytes;
	long size;
	FILE *copy;

	if (argc < 4)
		refuse("usage", "faulty OBJECT COPY FAULT...");
	bytes = read_file(argv[1], &size);
	config = find_config(bytes, argv[1]);
	for (int i = 3; i < argc; i++)
		add_fault(config, argv[i]);
	copy = fopen(argv[2], "wb");
	if (!copy || fwrite(bytes, 1, size, copy) != (size_t)size || fclose(copy))
		refuse("cannot write", argv[2]);
	free(bytes);
	return 0;
}
