// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "probe/kfunc.h"
#include "util/cleanup.h"

static bool is_call(const struct bpf_insn *insn, int number)
{
	return insn->code == (BPF_JMP | BPF_CALL) && !insn->src_reg && insn->imm == number;
}

int kfunc_put(struct bpf_program *prog, int number, int id)
{
	size_t n = bpf_program__insn_cnt(prog);
	_cleanup_free_ struct bpf_insn *insns = malloc(n * sizeof(*insns));

	if (!insns)
		return -ENOMEM;
	memcpy(insns, bpf_program__insns(prog), n * sizeof(*insns));
	for (size_t i = 0; i < n; i++)
		if (is_call(&insns[i], number)) {
			insns[i].src_reg = BPF_PSEUDO_KFUNC_CALL;
			insns[i].imm = id;
		}
	return bpf_program__set_insns(prog, insns, n);
}
