/** Approvals: what needs whose, what exactly was asked for, and in which state it is; no I/O. */
package dev.cofre.controlplane.domain.approval;
