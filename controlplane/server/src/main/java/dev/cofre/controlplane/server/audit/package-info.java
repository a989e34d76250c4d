/** What the control plane keeps of nodes' audit logs. */
package dev.cofre.controlplane.server.audit;
