/** The frame codec: vectors, hostile bytes, coverage-guided fuzzing. */
package dev.cofre.contract.frames;
