// SPDX-License-Identifier: BSL-1.0
//
// What the compilers of Rust and Go leave in their files.

__asm__(
    ".pushsection .comment\n"
    ".string \"rustc version 1.70.0\"\n"
    ".popsection\n"
    ".pushsection .go.buildinfo, \"a\"\n"
    ".string \"Go buildinf:\"\n"
    ".popsection\n");
