"""The duty list 职责清单/派单目录: matters × areas → whose, how fast, on what basis; read, checked, compared, mended."""
