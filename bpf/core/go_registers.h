/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* How functions of Go are called (ABIInternal, Go 1.17 and later): arguments in registers of their own order,
 * parts of slices and interfaces one by one. */
#pragma once
#include "../kernel.h"
#include <linux/ptrace.h>
#include <bpf/bpf_tracing.h>

#if defined(__TARGET_ARCH_x86)
#define GO_AX(registers) (registers)->rax
#define GO_BX(registers) (registers)->rbx
#define GO_CX(registers) (registers)->rcx
#define GO_DI(registers) (registers)->rdi
#define GO_G(registers) (registers)->r14
#define GO_STACK(registers) (registers)->rsp
#define GO_FLAGS(registers) (registers)->eflags
#else /* its probes are attached to programs for x86 only */
#define GO_AX(registers) PT_REGS_PARM1(registers)
#define GO_BX(registers) PT_REGS_PARM2(registers)
#define GO_CX(registers) PT_REGS_PARM3(registers)
#define GO_DI(registers) PT_REGS_PARM4(registers)
#define GO_G(registers) 0
#define GO_STACK(registers) PT_REGS_SP(registers)
#define GO_FLAGS(registers) 0
#endif

#define GO_STACK_IS_SHORT 0x41 /* carry, zero: the jump behind the check of the stack is taken */

/* At that jump: the function begins now. If not, its stack grows and it begins again. */
static __always_inline bool go_begins(const struct pt_regs *registers)
{
    return !(GO_FLAGS(registers) & GO_STACK_IS_SHORT);
}
