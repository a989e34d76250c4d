/** What the control plane does by itself, once however many of them share a store. */
package dev.cofre.controlplane.server.schedule;
