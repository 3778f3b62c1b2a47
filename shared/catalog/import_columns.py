"""The columns a list of products may have, in every wording that shops and ERPs give them."""

from typing import Final

from shared.core.importing import Field

CODE: Final = Field(
    name="code",
    label="商品编码 (product code)",
    aliases=(
        "商品编码", "商品编号", "产品编码", "产品编号", "货品编码", "货品编号", "物料编码",
        "物料编号", "存货编码", "商品代码", "物料代码", "产品代码", "编码", "编号", "货号",
        "商品货号", "货物编号", "自编码", "商品自编码", "物料号", "料号", "款号", "ERP编码",
        "SKU", "SKU编码", "SKU编号", "商家编码", "商品ID", "商品号", "代码", "product code",
        "item code", "code", "sku code", "product no", "item no", "article no", "article number",
        "stock code", "product id",
    ),
    instead=("barcode",),
    is_required=True,
)  # fmt: skip
NAME: Final = Field(
    name="name",
    label="商品名称 (name)",
    aliases=(
        "商品名称", "产品名称", "货品名称", "物料名称", "存货名称", "商品全名", "商品名", "品名",
        "货名", "名称", "产品名", "商品标题", "宝贝标题", "标题", "商品", "产品", "中文名称",
        "name_zh", "product name", "item name", "name", "title", "description", "product",
        "goods name",
    ),
    is_required=True,
)  # fmt: skip
BARCODE: Final = Field(
    name="barcode",
    label="条码 (barcode)",
    aliases=(
        "商品条码", "条码", "条形码", "商品条形码", "国际条码", "国条码", "69码", "主条码",
        "产品条码", "货品条码", "单品条码", "最小单位条码", "店内码", "条码号", "barcode",
        "bar code", "ean13", "ean", "ean code", "upcean", "upc", "gtin", "product barcode",
    ),
)  # fmt: skip

_OTHERS: Final = (
    ("spec", "规格", (
        "规格", "规格型号", "商品规格", "产品规格", "规格描述", "型号", "净含量", "容量", "spec",
        "specification", "size", "package size",
    )),
    ("brand", "品牌", (
        "品牌", "品牌名称", "商品品牌", "所属品牌", "brand", "brand name", "brandname",
    )),
    ("category", "分类", (
        "商品分类", "分类", "商品大类", "大类", "商品类别", "类别", "分类名称", "类别名称",
        "所属分类", "品类", "一级分类", "category", "category name", "categoryname", "department",
    )),
    ("subcategory", "小类", (
        "商品小类", "小类", "二级分类", "子分类", "中类", "subcategory", "sub category",
    )),
    ("unit", "单位", (
        "单位", "计量单位", "基本单位", "主单位", "主计量单位", "最小单位", "销售单位",
        "商品单位", "零售单位", "库存单位", "base unit", "unit", "uom",
    )),
    ("factor", "换算率", (
        "换算率", "换算系数", "单位换算", "换算关系", "换算数量", "包装系数", "factor",
        "conversion",
    )),
    ("pack_size", "箱规", (
        "箱规", "装箱数", "装箱量", "箱装数", "箱装量", "装箱规格", "件装量", "每箱数量",
        "包装数", "箱入数", "入数", "case size", "pack size", "units per case", "carton qty",
    )),
    ("pack_barcode", "箱码", (
        "箱码", "箱条码", "外箱条码", "整箱条码", "大包装条码", "箱体条码", "itf14",
        "case barcode", "carton barcode",
    )),
    ("kind", "商品类型", (
        "商品类型", "商品性质", "物料类型", "产品类型", "货品类型", "类型", "kind", "type",
        "product type",
    )),
    ("tax_rate", "税率", (
        "税率", "销项税率", "增值税率", "商品税率", "tax rate", "vat", "vat rate",
    )),
    ("retail", "零售价", (
        "建议零售价", "零售价", "零售价格", "零售单价", "销售价", "销售价格", "销售单价", "售价",
        "商品售价", "统一零售价", "标准售价", "门店售价", "吊牌价", "标价", "市场价", "指导价",
        "价格", "单价", "retail price", "retail_price", "retail", "selling price", "sale price",
        "price", "unit price", "rrp",
    )),
    ("wholesale", "批发价", (
        "批发价", "批发价格", "批发单价", "wholesale price", "wholesale",
    )),
    ("member", "会员价", ("会员价", "会员价格", "会员单价", "vip价", "member price")),
    ("cost", "进价", (
        "成本价", "进货价", "进价", "采购价", "成本单价", "参考进价", "最近进价", "进货单价",
        "采购单价", "成本", "cost price", "cost", "purchase price", "unit cost",
    )),
    ("stock", "库存", (
        "库存量", "库存数量", "库存", "现有库存", "当前库存", "可用库存", "现存量", "结存数量",
        "期初库存", "期初数量", "实盘数量", "库存数", "数量", "stock", "stock qty", "on hand",
        "quantity", "qty", "inventory",
    )),
    ("stock_most", "库存上限", ("库存上限", "最高库存", "最大库存", "max stock")),
    ("stock_least", "库存下限", ("库存下限", "最低库存", "最小库存", "安全库存", "min stock")),
    ("expiry", "有效期至", (
        "有效期至", "有效期", "到期日", "到期日期", "失效日期", "限用日期", "限期使用日期",
        "过期日期", "保质期至", "expiry date", "expiry", "expiration date", "best before",
        "exp date",
    )),
    ("shelf_life", "保质期", (
        "保质期", "保质期天数", "保质期天", "保质期月", "保质期(月)", "保质期(天)", "保存期限",
        "shelf life", "shelf life months", "shelf life days",
    )),
    ("registration", "备案号", (
        "备案号", "备案编号", "注册号", "注册证号", "批准文号", "备案/注册号", "备案注册号",
        "备案凭证号", "registration", "registration no",
    )),
    ("producer", "生产企业", (
        "生产企业", "生产厂家", "生产厂商", "厂家", "厂商", "制造商", "生产商", "producer",
        "manufacturer",
    )),
    ("origin", "产地", ("产地", "原产地", "原产国", "原产国地区", "origin", "country of origin")),
    ("description", "商品介绍", ("商品介绍", "商品描述", "产品介绍", "商品简介", "功效", "卖点")),
)  # fmt: skip

PRODUCT_FIELDS: Final = (
    CODE,
    NAME,
    BARCODE,
    *(Field(name=name, label=label, aliases=aliases) for name, label, aliases in _OTHERS),
)
"""In the order in which they take their column when one header would fit two of them."""

KINDS: Final = {
    **dict.fromkeys(("goods", "商品", "正装", "正品", "普通商品", "成品", "标准商品"), "goods"),
    **dict.fromkeys(("tester", "试用装", "试用", "小样", "中样", "体验装"), "tester"),
    **dict.fromkeys(("gift", "赠品", "促销品", "礼品"), "gift"),
    **dict.fromkeys(("service", "服务", "服务商品", "劳务", "虚拟商品"), "service"),
}
"""Folded wording of the column 商品类型 → kind of product."""
