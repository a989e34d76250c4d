/** The errors that callers are told: stable codes and RFC 9457 problems. */
package dev.cofre.contract.problem;
