"""The duty list 职责清单 in administrators' hands: read, checked, drafted in versions, mended, compared, written."""
