/** How an audit log is sealed, and its verification offline: hashes, heads, receipts. */
package dev.cofre.contract.audit.seal;
