/** {@code ./cofre doctor}: what is wrong with this machine, its HSM and its limits. */
package dev.cofre.controlplane.server.doctor;
