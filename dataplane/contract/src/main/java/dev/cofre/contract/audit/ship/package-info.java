/** How sealed records travel from a node's audit log to the archive. */
package dev.cofre.contract.audit.ship;
