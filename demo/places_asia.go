package demo

func asia() []place {
	return []place{
		{
			language: "ja", timeZone: "Asia/Tokyo", country: "JP", locality: "大阪市", postalCode: "530-0000", street: "さくら町1-%d",
			phone: "+8190000000%02d", currency: "JPY", name: familyFirst, payment: [2]string{"コンビニ払い", "口座振替"},
			tariff: [3]int64{2980, 5280, 1980},
			people: [12]person{
				{"美咲", "森川", "misaki.morikawa"}, {"健太", "森川", "kenta.morikawa"}, {"ひなた", "森川", "hinata.morikawa"},
				{"大輔", "白石", "daisuke.shiraishi"}, {"千尋", "小野寺", "chihiro.onodera"}, {"拓海", "西村", "takumi.nishimura"},
				{"恵子", "藤崎", "keiko.fujisaki"}, {"翔", "黒田", "sho.kuroda"}, {"さくら", "早川", "sakura.hayakawa"},
				{"誠", "水野", "makoto.mizuno"}, {"陽子", "南", "yoko.minami"}, {"隆", "堀内", "takashi.horiuchi"},
			},
			organization: person{"株式会社みどり文具", "", "midori.bungu"},
			talks: [2]talk{
				{"ルーターの設定について", "新しいルーターがつながりません。", "初期設定の手順をお送りしました。ご確認ください。"},
				{"請求書の再発行", "先月の請求書を再発行してください。", "本日、郵送いたしました。"},
			},
			posts: [3]post{
				{"メリディアンの光、夜でも速い。", 0.7},
				{"メリディアンのテレビ、使っている人いますか。", 0},
				{"メリディアン、また障害？", -0.7},
			},
		},
		{
			language: "zh-Hans", timeZone: "Asia/Shanghai", country: "CN", locality: "成都市", postalCode: "610000", street: "桂花路%d号",
			phone: "+8628000000%02d", currency: "CNY", name: familyFirstFull, payment: [2]string{"手机支付", "银行卡"},
			tariff: [3]int64{5900, 12900, 3900},
			people: [12]person{
				{"秀兰", "罗", "luo.xiulan"}, {"建国", "曾", "zeng.jianguo"}, {"雨桐", "曾", "zeng.yutong"},
				{"志强", "蒋", "jiang.zhiqiang"}, {"晓梅", "谢", "xie.xiaomei"}, {"文博", "邓", "deng.wenbo"},
				{"丽华", "冯", "feng.lihua"}, {"俊杰", "叶", "ye.junjie"}, {"思远", "欧阳", "ouyang.siyuan"},
				{"桂英", "汪", "wang.guiying"}, {"天宇", "田", "tian.tianyu"}, {"慧敏", "石", "shi.huimin"},
			},
			organization: person{"成都竹叶茶馆有限公司", "", "zhuye.chaguan"},
			talks: [2]talk{
				{"宽带经常断线", "最近晚上宽带经常断线。", "已更换楼道设备，请再观察两天。"},
				{"想换套餐", "想换一个流量更多的套餐。", "已为您更换，下月生效。"},
			},
			posts: [3]post{
				{"子午线电信的师傅很专业，点赞。", 0.8},
				{"子午线的光纤到你们小区了吗？", 0},
				{"打了三次客服都没人接。", -0.7},
			},
		},
		{
			language: "ko", timeZone: "Asia/Seoul", country: "KR", locality: "부산광역시", postalCode: "48000", street: "동백로 %d",
			phone: "+8251000000%02d", currency: "KRW", name: familyFirstFull, payment: [2]string{"자동이체", "신용카드"},
			tariff: [3]int64{33000, 38500, 16500},
			people: [12]person{
				{"미경", "강", "kang.mikyung"}, {"동현", "윤", "yoon.donghyun"}, {"서아", "윤", "yoon.seoa"},
				{"태식", "강", "kang.taesik"}, {"은정", "문", "moon.eunjung"}, {"재혁", "배", "bae.jaehyuk"},
				{"숙희", "남궁", "namgung.sukhee"}, {"하늘", "서", "seo.haneul"}, {"민지", "유", "yoo.minji"},
				{"기훈", "노", "noh.kihoon"}, {"보라", "심", "shim.bora"}, {"광수", "양", "yang.kwangsu"},
			},
			organization: person{"푸른바다 수산", "", "pureun.bada"},
			talks: [2]talk{
				{"인터넷 속도 문의", "속도가 계약보다 느립니다.", "점검 결과 공유기가 오래되어 교체해 드리겠습니다."},
				{"이사 접수", "다음 달에 이사합니다.", "이전 설치를 예약했습니다."},
			},
			posts: [3]post{
				{"메리디안 설치 기사님 정말 친절하셨어요.", 0.8},
				{"메리디안 쓰시는 분 어떤가요?", 0},
				{"메리디안 상담원 연결이 왜 이렇게 어렵나요.", -0.6},
			},
		},
		{
			language: "hi", timeZone: "Asia/Kolkata", country: "IN", locality: "पुणे", postalCode: "411001", street: "%d, गुलमोहर मार्ग",
			phone: "+9120000000%02d", currency: "INR", name: givenFirst, payment: [2]string{"UPI", "नेट बैंकिंग"},
			tariff: [3]int64{39900, 99900, 29900},
			people: [12]person{
				{"सुनीता", "राजवाड़े", "sunita.rajwade"}, {"विवेक", "राजवाड़े", "vivek.rajwade"}, {"तारा", "राजवाड़े", "tara.rajwade"},
				{"मोहन", "सोलंकी", "mohan.solanki"}, {"प्रीति", "भंडारी", "preeti.bhandari"}, {"अर्जुन", "चौधरी", "arjun.chaudhary"},
				{"लक्ष्मी", "पिल्लै", "lakshmi.pillai"}, {"इमरान", "शेख", "imran.shaikh"}, {"कविता", "जोशी", "kavita.joshi"},
				{"रोहन", "मेहता", "rohan.mehta"}, {"अनु", "थॉमस", "anu.thomas"}, {"देवेंद्र", "यादव", "devendra.yadav"},
			},
			organization: person{"नवरंग साड़ी भंडार", "", "navrang.saree"},
			talks: [2]talk{
				{"रिचार्ज नहीं हुआ", "पैसे कट गए लेकिन रिचार्ज नहीं हुआ।", "रिचार्ज हो गया है, असुविधा के लिए खेद है।"},
				{"नया कनेक्शन", "नए घर में कनेक्शन कब लगेगा?", "शनिवार सुबह दस बजे तकनीशियन आएगा।"},
			},
			posts: [3]post{
				{"मेरिडियन की स्पीड कमाल की है।", 0.8},
				{"क्या पुणे में मेरिडियन अच्छा चलता है?", 0},
				{"मेरिडियन का ऐप खुलता ही नहीं।", -0.6},
			},
		},
		{
			language: "vi", timeZone: "Asia/Ho_Chi_Minh", country: "VN", locality: "Huế", postalCode: "530000", street: "%d đường Hoa Sứ",
			phone: "+8423400000%02d", currency: "VND", name: familyFirst, payment: [2]string{"ví điện tử", "chuyển khoản"},
			tariff: [3]int64{120000, 265000, 90000},
			people: [12]person{
				{"Thị Hương", "Tôn", "ton.huong"}, {"Văn Phúc", "Đặng", "dang.phuc"}, {"Bảo Ngọc", "Đặng", "dang.ngoc"},
				{"Quốc Khánh", "Tôn", "ton.khanh"}, {"Thu Thảo", "Huỳnh", "huynh.thao"}, {"Minh Đức", "Bùi", "bui.duc"},
				{"Mỹ Duyên", "Võ", "vo.duyen"}, {"Hữu Nghĩa", "Lương", "luong.nghia"}, {"Ánh Tuyết", "Phùng", "phung.tuyet"},
				{"Gia Huy", "Đoàn", "doan.huy"}, {"Kim Liên", "Trịnh", "trinh.lien"}, {"Xuân Lộc", "Mạc", "mac.loc"},
			},
			organization: person{"Quán Bún Bò Cô Sáu", "", "bun.bo.co.sau"},
			talks: [2]talk{
				{"Mạng chập chờn", "Mạng nhà tôi chập chờn từ tối qua.", "Kỹ thuật viên sẽ đến trước 17 giờ hôm nay."},
				{"Đổi gói cước", "Tôi muốn đổi sang gói rẻ hơn.", "Đã đổi, gói mới áp dụng từ ngày mai."},
			},
			posts: [3]post{
				{"Meridian lắp đặt nhanh, nhân viên vui vẻ.", 0.7},
				{"Có ai dùng Meridian ở Huế không?", 0},
				{"Gọi tổng đài Meridian mãi không được.", -0.6},
			},
		},
		{
			language: "ar", timeZone: "Asia/Kuwait", country: "KW", locality: "مدينة الكويت", postalCode: "13001", street: "شارع النخيل %d",
			phone: "+965000000%02d", currency: "KWD", name: givenFirst, payment: [2]string{"بطاقة", "تحويل"},
			tariff: [3]int64{6500, 14750, 4125},
			people: [12]person{
				{"نورة", "الفضلي", "noura.fadhli"}, {"بدر", "الفضلي", "bader.fadhli"}, {"دانة", "الفضلي", "dana.fadhli"},
				{"عبد العزيز", "المسعود", "abdulaziz.masoud"}, {"شيخة", "الرومي", "shaikha.roumi"}, {"طلال", "البحر", "talal.bahar"},
				{"هيا", "العوضي", "haya.awadhi"}, {"مشاري", "الصقر", "mishari.saqer"}, {"لطيفة", "القناعي", "latifa.qenaei"},
				{"يوسف", "النجار", "yousef.najjar"}, {"ريم", "الحداد", "reem.haddad"}, {"جاسم", "الكندري", "jassim.kandari"},
			},
			organization: person{"مخبز اللؤلؤة", "", "pearl.bakery"},
			talks: [2]talk{
				{"الإنترنت بطيء", "الإنترنت بطيء جدًا مساءً.", "تم إصلاح الخلل، نعتذر عن الإزعاج."},
				{"تغيير الباقة", "أريد الانتقال إلى باقة أكبر.", "تم التغيير من بداية الشهر."},
			},
			posts: [3]post{
				{"خدمة ميريديان ممتازة، شكرًا لكم.", 0.8},
				{"هل تغطي ميريديان منطقة السالمية؟", 0},
				{"انتظرت نصف ساعة على الهاتف مع ميريديان.", -0.7},
			},
		},
	}
}
