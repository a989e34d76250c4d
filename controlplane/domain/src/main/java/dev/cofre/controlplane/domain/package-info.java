/** Keys, policies, principals and who may manage them: values and rules, no I/O. */
package dev.cofre.controlplane.domain;
