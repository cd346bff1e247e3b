# Looking after a running environment. Included by the root Makefile; infrastructure/README.md, "Every other day".

.PHONY: reconcile dlq redrive

export SINCE SID

#: reconcile ENV=…        enqueue messages whose webhook was lost; SINCE=6h looks back further than two hours
#: dlq ENV=…              what is in the dead-letter queue, and why
#: redrive ENV=…          give dead letters back to the queue; SID=… only that message
reconcile dlq redrive:
	$(require-env)@infrastructure/deploy.sh $(ENV) $@
